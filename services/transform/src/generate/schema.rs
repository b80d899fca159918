//! Values that a JSON Schema asks for (draft 7 and 2020-12, what is usual of them).

use std::collections::HashSet;

use chassis::Error;

use super::chance::{Chance, hashed};
use super::field::FieldType;
use super::lists::Tongue;
use super::pattern::Pattern;
use super::value::{letters, plain};
use crate::tree::{Number, Object, Tree};

/// Levels from which on nothing is made that need not be.
const DEEP: usize = 5;
const MAX_DEPTH: usize = 30;
/// Values of a row at most.
const MAX_VALUES: usize = 10_000;
/// Elements of a list at most, and characters of a text.
const MAX_ITEMS: i64 = 1_000;
const MAX_LENGTH: i64 = 100_000;

/// What is needed on the way down.
pub(super) struct Schema<'s> {
    pub root: &'s Tree,
    pub tongue: Tongue,
    pub seed: u64,
    pub row: u64,
    pub values: usize,
}

impl Schema<'_> {
    /// A value of the schema.
    ///
    /// # Errors
    /// When the schema asks for what cannot be made.
    pub(super) fn value(&mut self, schema: &Tree, path: &str, depth: usize) -> Result<Tree, Error> {
        self.take(1, path)?;
        if depth > MAX_DEPTH {
            return Err(endless(path));
        }
        let mut chance = Chance::of(self.seed, hashed(path), self.row, 0);
        let schema = self.resolved(schema, &mut chance, path, 0)?;
        if let Some(value) = schema.get("const") {
            return Ok(value.clone());
        }
        if let Some(values) = schema.get("enum").and_then(Tree::as_list) {
            return Ok(chance.pick(values).cloned().unwrap_or_default());
        }
        match kind(&schema, &mut chance) {
            "null" => Ok(Tree::Null),
            "boolean" => Ok((chance.next() & 1 == 0).into()),
            "integer" => number(&schema, true, &mut chance, path),
            "number" => number(&schema, false, &mut chance, path),
            "array" => self.list(&schema, &mut chance, path, depth),
            "object" => self.object(&schema, path, depth),
            _ => self.text(&schema, &mut chance, path),
        }
    }

    /// Takes from what a row may cost.
    fn take(&mut self, cost: usize, path: &str) -> Result<(), Error> {
        self.values += cost;
        if self.values > MAX_VALUES { Err(endless(path)) } else { Ok(()) }
    }

    /// The schema with its references followed, alternatives chosen and parts put together.
    fn resolved(&mut self, schema: &Tree, chance: &mut Chance, path: &str, steps: usize) -> Result<Tree, Error> {
        let Some(object) = schema.as_object() else { return Ok(schema.clone()) };
        if steps > 20 {
            return Err(Error::impossible("schema", format!("refers to itself without end, at {}", shown(path))));
        }
        let mut parts: Vec<Tree> = Vec::new();
        if let Some(reference) = object.get("$ref").and_then(Tree::as_text) {
            parts.push(self.referred(reference)?);
        }
        for name in ["oneOf", "anyOf"] {
            if let Some(choices) = object.get(name).and_then(Tree::as_list) {
                parts.extend(chance.pick(choices).cloned());
            }
        }
        parts.extend(object.get("allOf").and_then(Tree::as_list).unwrap_or_default().iter().cloned());
        if parts.is_empty() {
            return Ok(schema.clone());
        }
        let mut merged = object.clone();
        merged.retain(|name, _| !matches!(name, "$ref" | "oneOf" | "anyOf" | "allOf"));
        for part in parts {
            self.take(1, path)?;
            let part = self.resolved(&part, chance, path, steps + 1)?;
            for (name, value) in part.as_object().into_iter().flat_map(Object::iter) {
                merge(&mut merged, name, value);
            }
        }
        Ok(merged.into())
    }

    fn referred(&self, reference: &str) -> Result<Tree, Error> {
        let unknown = || Error::impossible("schema", format!("refers to {}, which is not in it", shown(reference)));
        let pointer = reference.strip_prefix('#').ok_or_else(unknown)?;
        let mut found = self.root;
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            found = match found {
                Tree::List(list) => step.parse::<usize>().ok().and_then(|place| list.get(place)).ok_or_else(unknown)?,
                other => other.get(&step).ok_or_else(unknown)?,
            };
        }
        Ok(found.clone())
    }

    fn object(&mut self, schema: &Tree, path: &str, depth: usize) -> Result<Tree, Error> {
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Tree::as_list)
            .unwrap_or_default()
            .iter()
            .filter_map(Tree::as_text)
            .collect();
        let mut object = Object::default();
        let properties = schema.get("properties").and_then(Tree::as_object);
        for (name, property) in properties.into_iter().flat_map(Object::iter) {
            let forbidden = matches!(property, Tree::Bool(false));
            if !forbidden && (depth < DEEP || required.contains(&&**name)) {
                object.insert(name.clone(), self.value(property, &format!("{path}/{name}"), depth + 1)?);
            }
        }
        for name in required {
            if !object.contains(name) {
                let value = schema.get("additionalProperties").filter(|more| more.as_object().is_some()).cloned();
                let value = value.unwrap_or_else(|| Object::from_iter([("type", Tree::from("string"))]).into());
                object.insert(name, self.value(&value, &format!("{path}/{name}"), depth + 1)?);
            }
        }
        Ok(object.into())
    }

    fn list(&mut self, schema: &Tree, chance: &mut Chance, path: &str, depth: usize) -> Result<Tree, Error> {
        let first =
            schema.get("prefixItems").or_else(|| schema.get("items")).and_then(Tree::as_list).unwrap_or_default();
        let rest = match schema.get("items") {
            Some(Tree::Bool(false) | Tree::List(_)) => None,
            other => other,
        };
        let least = whole(schema, "minItems").unwrap_or(i64::from(depth < DEEP && rest.is_some())).max(0);
        let most = whole(schema, "maxItems").unwrap_or_else(|| least.max(3)).max(least);
        if least > MAX_ITEMS {
            return Err(Error::impossible("schema", format!("asks for more than 1,000 elements, at {}", shown(path))));
        }
        let many = chance.between(least, if depth < DEEP { most.min(MAX_ITEMS) } else { least });
        let many = usize::try_from(many).unwrap_or_default().max(first.len());
        let unique = matches!(schema.get("uniqueItems"), Some(Tree::Bool(true)));
        let mut list: Vec<Tree> = Vec::with_capacity(many);
        let mut seen = HashSet::new();
        for place in 0..many {
            let Some(items) = first.get(place).or(rest) else { break };
            let mut value = self.value(items, &format!("{path}/{place}"), depth + 1)?;
            let mut tries = 0;
            let mut is_new = !unique || seen.insert(value.to_json());
            while !is_new && tries < 100 {
                tries += 1;
                value = self.value(items, &format!("{path}/{place}~{tries}"), depth + 1)?;
                is_new = seen.insert(value.to_json());
            }
            if !is_new {
                break;
            }
            list.push(value);
        }
        Ok(list.into())
    }

    fn text(&mut self, schema: &Tree, chance: &mut Chance, path: &str) -> Result<Tree, Error> {
        let (tongue, seed, row) = (self.tongue, self.seed, self.row);
        let make = |kind: FieldType| plain(kind, tongue, path, seed, row);
        if let Some(pattern) = schema.get("pattern").and_then(Tree::as_text) {
            // It is read anew for each text.
            self.take(1 + pattern.len() / 20, path)?;
            return Ok(Pattern::parse(pattern, "schema")?.text(chance).into());
        }
        let by_format = match schema.get("format").and_then(Tree::as_text).unwrap_or_default() {
            "email" | "idn-email" => Some(FieldType::Email),
            "uri" | "url" | "iri" | "uri-reference" => Some(FieldType::Url),
            "uuid" => Some(FieldType::Uuid),
            "date" => Some(FieldType::Date),
            "date-time" => Some(FieldType::DateTime),
            "time" => return Ok(format!("{}Z", make(FieldType::Time).as_text().unwrap_or_default()).into()),
            "ipv4" => Some(FieldType::Ipv4),
            "ipv6" => Some(FieldType::Ipv6),
            "hostname" | "idn-hostname" => Some(FieldType::Domain),
            "phone" => Some(FieldType::Phone),
            "color" => Some(FieldType::Color),
            "duration" => return Ok(format!("PT{}M", chance.between(1, 600)).into()),
            _ => None,
        };
        if let Some(kind) = by_format {
            return Ok(make(kind));
        }
        let (least, most) = (whole(schema, "minLength").unwrap_or(0).max(0), whole(schema, "maxLength"));
        if least > MAX_LENGTH {
            return Err(Error::impossible(
                "schema",
                format!("asks for texts of more than 100,000 characters, at {}", shown(path)),
            ));
        }
        let name = path.rsplit('/').find(|step| step.parse::<u32>().is_err()).unwrap_or_default();
        let guess = make(by_name(name).unwrap_or(FieldType::Word));
        let length = i64::try_from(guess.as_text().unwrap_or_default().chars().count()).unwrap_or_default();
        if length >= least && most.is_none_or(|most| length <= most) {
            return Ok(guess);
        }
        let many = chance.between(least, most.unwrap_or(least + 10).clamp(least, least + 50));
        let many = usize::try_from(many).unwrap_or_default();
        self.take(many / 50, path)?;
        Ok(letters(many, self.tongue, chance).into())
    }
}

fn endless(path: &str) -> Error {
    Error::impossible("schema", format!("asks for rows without end, at {}", shown(path)))
}

/// Puts a keyword of a part to those that are there.
fn merge(into: &mut Object<Tree>, name: &str, value: &Tree) {
    match (into.get_mut(name), value) {
        (Some(Tree::Object(known)), Tree::Object(more)) => {
            let known = std::sync::Arc::make_mut(known);
            for (name, value) in more.iter() {
                known.insert(name.clone(), value.clone());
            }
        }
        (Some(Tree::List(known)), Tree::List(more)) if name == "required" => {
            std::sync::Arc::make_mut(known).extend(more.iter().cloned());
        }
        (Some(_), _) => {}
        (None, value) => {
            into.insert(name, value.clone());
        }
    }
}

/// The type a schema has or implies.
fn kind(schema: &Tree, chance: &mut Chance) -> &'static str {
    let known = |name: &str| {
        ["null", "boolean", "integer", "number", "array", "object", "string"].into_iter().find(|known| *known == name)
    };
    match schema.get("type") {
        Some(Tree::Text(name)) => known(name).unwrap_or("string"),
        Some(Tree::List(names)) => {
            let names: Vec<&str> = names.iter().filter_map(Tree::as_text).collect();
            let others: Vec<&str> = names.iter().copied().filter(|name| *name != "null").collect();
            let null = others.is_empty() || others.len() < names.len() && chance.below(10) == 0;
            if null { "null" } else { chance.pick(&others).and_then(|name| known(name)).unwrap_or("string") }
        }
        _ => {
            let has = |names: &[&str]| names.iter().any(|name| schema.get(name).is_some());
            match () {
                () if has(&["properties", "required", "additionalProperties"]) => "object",
                () if has(&["items", "prefixItems", "minItems", "maxItems"]) => "array",
                () if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) => "number",
                () => "string",
            }
        }
    }
}

fn float(schema: &Tree, name: &str) -> Option<f64> {
    match schema.get(name)? {
        number @ Tree::Number(_) => number.to_json().parse().ok().filter(|value: &f64| value.is_finite()),
        _ => None,
    }
}

fn whole(schema: &Tree, name: &str) -> Option<i64> {
    match schema.get(name)? {
        Tree::Number(number) => number.as_i64(),
        _ => None,
    }
}

fn number(schema: &Tree, whole: bool, chance: &mut Chance, path: &str) -> Result<Tree, Error> {
    let step = float(schema, "multipleOf").filter(|step| *step > 0.0);
    // Draft 4 says true beside the bound.
    let least = float(schema, "exclusiveMinimum")
        .map(|bound| (bound, true))
        .or_else(|| float(schema, "minimum").map(|bound| (bound, false)));
    let most = float(schema, "exclusiveMaximum")
        .map(|bound| (bound, true))
        .or_else(|| float(schema, "maximum").map(|bound| (bound, false)));
    let span = if whole { 1000.0 } else { 100.0 };
    let (low, above) = least.unwrap_or_else(|| (most.map_or(0.0, |(most, _)| most - span), false));
    let (high, below) = most.unwrap_or((low.max(0.0) + span, false));
    let none = || Error::impossible("schema", format!("has no number between its bounds, at {}", shown(path)));
    let unit = step.unwrap_or(if whole { 1.0 } else { 0.01 });
    let unit = if whole && unit.fract() != 0.0 { 1.0 } else { unit };
    let mut first = (low / unit).ceil();
    let mut last = (high / unit).floor();
    if above && first * unit <= low {
        first += 1.0;
    }
    if below && last * unit >= high {
        last -= 1.0;
    }
    if first > last {
        // Bounds closer than a hundredth.
        return if step.is_none() && !whole && low < high { Ok((low / 2.0 + high / 2.0).into()) } else { Err(none()) };
    }
    if !(-9e15..=9e15).contains(&first) || !(-9e15..=9e15).contains(&last) {
        return Ok(first.max(low).min(high).into());
    }
    let place = chance.between(first as i64, last as i64);
    if unit == 0.01 {
        let written = format!("{:.2}", place as f64 / 100.0);
        return Ok(Number::parse(&written).map_or(Tree::Null, Tree::from));
    }
    if unit.fract() == 0.0 {
        return Ok((place as f64 * unit).into());
    }
    let decimals = unit.to_string().split_once('.').map_or(0, |(_, decimals)| decimals.len());
    Ok(Number::parse(&format!("{:.decimals$}", place as f64 * unit)).map_or(Tree::Null, Tree::from))
}

/// What a property is likely to hold, by its name.
fn by_name(name: &str) -> Option<FieldType> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    Some(match plain.as_str() {
        "name" | "fullname" | "displayname" | "customer" | "author" => FieldType::Name,
        "firstname" | "givenname" | "forename" => FieldType::GivenName,
        "lastname" | "familyname" | "surname" => FieldType::FamilyName,
        "email" | "mail" | "emailaddress" => FieldType::Email,
        "username" | "login" | "nickname" => FieldType::Username,
        "phone" | "phonenumber" | "telephone" | "mobile" | "fax" => FieldType::Phone,
        "street" | "streetaddress" | "address1" | "line1" => FieldType::Street,
        "address" => FieldType::Address,
        "city" | "town" => FieldType::City,
        "state" | "region" | "province" => FieldType::Region,
        "zip" | "zipcode" | "postalcode" | "postcode" => FieldType::PostalCode,
        "country" => FieldType::Country,
        "countrycode" => FieldType::CountryCode,
        "company" | "companyname" | "organization" | "employer" => FieldType::Company,
        "job" | "jobtitle" | "position" | "occupation" => FieldType::Job,
        "department" => FieldType::Department,
        "product" | "productname" | "item" => FieldType::Product,
        "currency" | "currencycode" => FieldType::Currency,
        "url" | "website" | "link" | "homepage" => FieldType::Url,
        "id" | "uuid" | "guid" => FieldType::Uuid,
        "date" | "createdat" | "updatedat" => FieldType::Date,
        "birthdate" | "birthday" | "dateofbirth" => FieldType::BirthDate,
        "gender" | "sex" => FieldType::Gender,
        "color" | "colour" => FieldType::Color,
        "ip" | "ipaddress" => FieldType::Ipv4,
        "title" | "subject" | "headline" => FieldType::Sentence,
        "description" | "text" | "body" | "message" | "comment" | "notes" | "summary" => FieldType::Text,
        _ => return None,
    })
}

fn shown(text: &str) -> String {
    let cut: String = text.chars().take(100).collect();
    if cut.is_empty() { "its root".to_owned() } else { cut }
}
