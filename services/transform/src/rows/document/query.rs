//! Query strings and urlencoded forms to a tree and back (WHATWG URL, `application/x-www-form-urlencoded`). Values are
//! texts. A name that comes again is a list; so is `a[]`; `a[b]` is an object, as PHP and many forms write it.

use chassis::Error;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::rows::cell::shown;
use crate::tree::{Object, Tree};

/// Pairs a query may have.
const MAX_PAIRS: usize = 100_000;
/// Brackets behind a name.
const MAX_DEPTH: usize = 16;
/// What stands as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*');

/// Reads a query string; a question mark in front, or an address before it, is passed over.
///
/// # Errors
/// When it is no text, or one name is both a text and an object.
pub fn read(text: &str) -> Result<Tree, Error> {
    let text = text.trim();
    let query = if text.starts_with("http://") || text.starts_with("https://") {
        text.split_once('?').map_or("", |(_, query)| query)
    } else {
        text.trim_start_matches('?')
    };
    let query = query.split('#').next().unwrap_or_default();
    let mut root = Object::default();
    for (count, pair) in query.split('&').filter(|pair| !pair.is_empty()).enumerate() {
        if count >= MAX_PAIRS {
            return Err(Error::impossible("data", "has more than 100,000 pairs"));
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name)?, decoded(value)?);
        let steps = steps(&name);
        let (first, rest) = steps.split_first().expect("a name has a first step");
        put(&mut root, first, rest, value)
            .map_err(|()| Error::impossible("data", format!("{} is a text and an object at once", shown(&name))))?;
    }
    Ok(root.into())
}

fn decoded(text: &str) -> Result<String, Error> {
    let spaced = text.replace('+', " ");
    let bytes = percent_decode_str(&spaced).decode_utf8();
    bytes
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| Error::impossible("data", format!("{} is not UTF-8 once unescaped", shown(text))))
}

/// `a[b][]` in its steps; brackets that are not closed belong to the name.
fn steps(name: &str) -> Vec<&str> {
    let whole = vec![name];
    let Some((first, rest)) = name.split_once('[') else { return whole };
    let Some(rest) = rest.strip_suffix(']') else { return whole };
    let steps: Vec<&str> = std::iter::once(first).chain(rest.split("][")).collect();
    let plain = steps.iter().all(|step| !step.contains(['[', ']']));
    if first.is_empty() || !plain || steps.len() > MAX_DEPTH { whole } else { steps }
}

fn put(object: &mut Object<Tree>, name: &str, rest: &[&str], value: String) -> Result<(), ()> {
    match rest {
        [] => match object.get_mut(name) {
            None => drop(object.insert(name, Tree::from(value))),
            Some(Tree::List(list)) => {
                let mut list = list.to_vec();
                list.push(value.into());
                object.insert(name, Tree::from(list));
            }
            Some(Tree::Object(_)) => return Err(()),
            Some(one) => *one = Tree::from(vec![one.clone(), value.into()]),
        },
        [""] => match object.get_mut(name) {
            None => drop(object.insert(name, Tree::from(vec![value.into()]))),
            Some(Tree::List(_)) => put(object, name, &[], value)?,
            Some(_) => return Err(()),
        },
        [next, rest @ ..] => {
            let mut inner = match object.get(name) {
                None => Object::default(),
                Some(Tree::Object(inner)) => (**inner).clone(),
                Some(_) => return Err(()),
            };
            put(&mut inner, next, rest, value)?;
            object.insert(name, Tree::from(inner));
        }
    }
    Ok(())
}

/// Writes a query string.
///
/// # Errors
/// When the tree is no object.
pub fn write(tree: &Tree) -> Result<String, Error> {
    let object = tree
        .as_object()
        .ok_or_else(|| Error::impossible("to", "a query string holds an object, or rows, one a line"))?;
    let mut pairs = Vec::new();
    for (name, value) in object.iter() {
        pair(&encoded(name), value, &mut pairs);
    }
    Ok(pairs.join("&"))
}

fn pair(name: &str, value: &Tree, pairs: &mut Vec<String>) {
    match value {
        Tree::Null => pairs.push(format!("{name}=")),
        Tree::Text(text) => pairs.push(format!("{name}={}", encoded(text))),
        Tree::Bool(_) | Tree::Number(_) => pairs.push(format!("{name}={}", encoded(&value.to_json()))),
        Tree::List(list) => match &list[..] {
            [only @ (Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::Text(_))] => {
                pair(&format!("{name}%5B%5D"), only, pairs);
            }
            list => list.iter().for_each(|value| pair(name, value, pairs)),
        },
        Tree::Object(object) => {
            for (inner, value) in object.iter() {
                pair(&format!("{name}%5B{}%5D", encoded(inner)), value, pairs);
            }
        }
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string().replace("%20", "+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_there_and_back() {
        for (query, json) in [
            ("a=1&b=x+y%26z", r#"{"a":"1","b":"x y&z"}"#),
            ("zip=01730&tag=a&tag=b", r#"{"zip":"01730","tag":["a","b"]}"#),
            ("a%5B%5D=1", r#"{"a":["1"]}"#),
            ("u%5Bname%5D=Ada&u%5Bt%5D%5Bx%5D=1", r#"{"u":{"name":"Ada","t":{"x":"1"}}}"#),
        ] {
            let tree = read(query).unwrap();
            assert_eq!(tree.to_json(), json);
            assert_eq!(write(&tree).unwrap(), query);
        }
        assert_eq!(read("?a&b=").unwrap().to_json(), r#"{"a":"","b":""}"#);
        assert_eq!(read("https://x.y/z?a=1#b").unwrap().to_json(), r#"{"a":"1"}"#);
        assert!(read("a=1&a[b]=2").is_err());
        assert!(read("a=%ff").is_err());
    }
}
