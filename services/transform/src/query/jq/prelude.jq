# What jq has in jq. jaq-core needs the first ones: it has no words of its own for them.

def empty: {}[] as $x | .;
def error: error_empty as $x | .;
def error(message): (message | error_empty) as $x | .;
def true: 0 == 0;
def false: 0 != 0;
def null: [][0];
def not: if . then false else true end;
def select(f): if f then . else empty end;
def recurse(f): def go: ., (f | go); go;
def recurse: recurse(.[]?);
def recurse(f; cond): recurse(f | select(cond));
def map(f): [.[] | f];
def isempty(g): first((g | false), true);
def limit($n; f): if $n < 0 then error("limit doesn't support negative count") else limit_unchecked($n; f) end;
def skip($n; f): if $n < 0 then error("skip doesn't support negative count") else skip_unchecked($n; f) end;
def any(g; cond): isempty(first(g | cond | select(.))) | not;
def all(g; cond): isempty(first(g | cond | select(. | not)));
def any(cond): any(.[]; cond);
def all(cond): all(.[]; cond);
def any: any(.[]; .);
def all: all(.[]; .);
def first: .[0];
def last: .[-1];
def nth($n): .[$n];
def range($from; $to): range($from; $to; 1);
def range($to): range(0; $to; 1);
def getpath($path): if $path | length > 10000 then error("Path too deep") else . end | reduce $path[] as $p (.; .[$p]);
def setpath($path; $x): getpath($path) = $x;

def isboolean: type == "boolean";
def isnumber: type == "number";
def isstring: type == "string";
def isarray: type == "array";
def isobject: type == "object";
def values: select(. != null);
def nulls: select(. == null);
def booleans: select(type == "boolean");
def numbers: select(type == "number");
def strings: select(type == "string");
def arrays: select(type == "array");
def objects: select(type == "object");
def iterables: select(type == "array" or type == "object");
def scalars: select(type | . != "array" and . != "object");
def isvalid(f): try (f | true) catch false;
def toarray: if type == "array" then . else [.] end;

def debug: .;
def debug(f): .;
def stderr: .;
def time_parts(name): if type == "array"
  then if length > 0 and all(.[]; type == "number") then . + [range(8 - length) | 0] else error("\(name) requires parsed datetime inputs") end
  elif type == "number" then . else error("\(name) requires parsed datetime inputs") end;
def strftime_named($format; name): if $format | type == "string" then time_parts(name) | strftime_of_parts($format)
  else error("\(name) requires a string format") end;
def strftime($format): strftime_named($format; "strftime/1");
def strflocaltime($format): strftime_named($format; "strflocaltime/1");
def mktime: if type == "array" then time_parts("mktime") | mktime_of_parts else error("mktime requires array of 6 numbers") end;
def localtime: gmtime;
def have_literal_numbers: true;
def have_decnum: true;
def pow10: pow(10; .);
def finites: select(isinfinite or isnan | not);
def normals: select(isnormal);
def isfinite: type == "number" and (isinfinite | not);
def gamma: lgamma;
def logb: if . == 0 then -infinite elif isinfinite then infinite elif isnan then . else ilogb end;
def significand: if isinfinite or isnan or . == 0 then . else scalbln(.; ilogb | -1 * .) end;
def drem($l; $r): remainder($l; $r) | if . == 0 then copysign(.; $l) end;
def nexttoward($x; $y): nextafter($x; $y);
def scalb($x; $e): $x * pow(2; $e);
def lgamma_r: [lgamma, 1];

def tostring: if type == "string" then . else tojson end;
def @json: tojson;
def @text: tostring;

def map_values(f): .[] |= f;
def walk(f): def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w;
def recurse_down: recurse;
def add(f): reduce f as $x (null; . + $x);
def add: add(.[]);
def flatten: flatten_to(null);
def flatten($depth): flatten_to($depth);
def unique_by(f): [group_by(f)[] | .[0]];
def min_by(f): first(min_by_or_empty(f), null);
def max_by(f): first(max_by_or_empty(f), null);
def min: min_by(.);
def max: max_by(.);
def inside($whole): . as $part | $whole | contains($part);
def in($whole): . as $key | $whole | has($key);
def IN(s): any(s == .; .);
def IN(source; s): any(source == s; .);
def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] |= $row);
def INDEX(f): INDEX(.[]; f);
def JOIN($index; f): [.[] | [., $index[f]]];
def JOIN($index; stream; f): stream | [., $index[f]];
def JOIN($index; stream; f; joined): stream | [., $index[f]] | joined;
def ascii: [.] | implode;
def todate: strftime("%Y-%m-%dT%H:%M:%SZ");
def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%SZ") | mktime;
def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ");
def fromdate: fromdateiso8601;
def date: todate;
def dateadd(unit; $n): . + $n;
def datesub(unit; $n): . - $n;
def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $w | [$x] + $w end;
def combinations($n): . as $set | [range($n)] | map($set) | combinations;
def nth($n; f): if $n < 0 then error("nth doesn't support negative indices") else first(skip($n; f)) end;
def until(cond; update): def go: if cond then . else update | go end; go;
def while(cond; update): def go: if cond then ., (update | go) else empty end; go;
def repeat(f): def go: ., (f | go); go;

def to_entries: [keys_unsorted[] as $k | { key: $k, value: .[$k] }];
def from_entries: reduce .[] as $x ({};
  . + { ($x | if type == "object" then
      (if has("key") then .key elif has("k") then .k elif has("name") then .name elif has("Name") then .Name
       elif has("Key") then .Key elif has("K") then .K else null end
       | if type == "string" then . elif type == "null" then "null" else tojson end)
    else .key end):
    ($x | if type == "object" then
      (if has("value") then .value elif has("v") then .v elif has("Value") then .Value elif has("V") then .V else null end)
    else .value end) });
def with_entries(f): to_entries | map(f) | from_entries;

def del(f): delpaths([path(f)]);
def paths: path(..) | select(length > 0);
def paths(f): path(.. | select(f)) | select(length > 0);
def leaf_paths: paths(scalars);
def pick(f): . as $top | reduce path(f) as $p (null; setpath($p; $top | getpath($p)));
def tostream: path(def r: (.[]? | r), .; r) as $p | getpath($p) | reduce path(.[]?) as $q ([$p, .]; [$p + $q]);
def fromstream(f): { x: null, e: false } as $init
  | foreach f as $i ($init;
      if .e then $init else . end
      | if $i | length == 2
        then setpath(["e"]; $i[0] | length == 0) | setpath(["x"] + $i[0]; $i[1])
        else setpath(["e"]; $i[0] | length == 1) end;
      if .e then .x else empty end);
def truncate_stream(stream): . as $n | null | stream | . as $input
  | if (.[0] | length) > $n then setpath([0]; .[0][$n:]) else empty end;

def indices($x): indices_of($x);
def index($x): indices_of($x) | .[0];
def rindex($x): indices_of($x) | .[-1:][0];

def match(re; flags): re as $re | flags as $flags
  | if $re | type == "array" then match_all($re[0]; $re[1]) else match_all($re; $flags) end | .[];
def match($re): match($re; null);
def test(re; flags): re as $re | flags as $flags
  | if $re | type == "array" then test_all($re[0]; $re[1]) else test_all($re; $flags) end;
def test($re): test($re; null);
def captured: [.captures[] | select(.name != null) | { key: .name, value: .string }] | from_entries;
def capture(re; flags): match(re; flags) | captured;
def capture($re): capture($re; null);
def scan($re; $flags): match($re; "g" + $flags) | if .captures | length > 0 then [.captures[].string] else .string end;
def scan($re): scan($re; null);
def split($re; $flags): . as $text | [foreach (match($re; $flags + "g"), null) as $m ({ at: 0 };
    if $m == null then .part = $text[.at:] else .part = $text[.at:$m.offset] | .at = $m.offset + $m.length end; .part)];
def splits($re; flags): split($re; flags)[];
def splits($re): splits($re; null);
def sub($re; text; $flags): . as $in
  | reduce match($re; $flags) as $m ({ at: 0, out: [] };
      $in[.at:$m.offset] as $gap
      | [$m | captured | text] as $new
      | reduce range($new | length) as $i (.; .out[$i] += $gap + $new[$i])
      | .at = $m.offset + $m.length)
  | .out[] + $in[.at:] // $in;
def sub($re; text): sub($re; text; "");
def gsub($re; text; $flags): sub($re; text; $flags + "g");
def gsub($re; text): sub($re; text; "g");
