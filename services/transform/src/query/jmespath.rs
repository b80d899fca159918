//! JMESPath: its grammar by the crate `jmespath`, its meaning over the tree here, because the crate's own values sort keys
//! and lose literals.

mod functions;

use ::jmespath::ast::{Ast, Comparator};

use super::Problem;
use crate::tree::{Object, Tree};

/// Brackets inside each other; the grammar is read by recursion.
const MAX_NESTING: usize = 64;

/// Evaluates an expression.
pub(super) fn run(expression: &str, input: &Tree) -> Result<Tree, Problem> {
    nesting(expression)?;
    let ast = ::jmespath::parse(expression).map_err(|error| {
        let at = expression.char_indices().nth(error.offset).map_or(expression.len(), |(at, _)| at);
        let reason = error.reason.to_string();
        let message = reason.trim().strip_prefix("Parse error: ").unwrap_or(reason.trim());
        Problem::at(expression, at, message.trim_end_matches('\n'))
    })?;
    evaluate(input, &ast)
}

/// Refuses what the crate would read by recursing too deep: brackets, and operators that stand before their operand.
fn nesting(expression: &str) -> Result<(), Problem> {
    let (mut brackets, mut prefixes) = (0_usize, 0_usize);
    for (at, byte) in expression.bytes().enumerate() {
        match byte {
            b'[' | b'(' | b'{' => brackets += 1,
            b']' | b')' | b'}' => brackets = brackets.saturating_sub(1),
            b'!' | b'&' => prefixes += 1,
            b' ' => {}
            _ => prefixes = 0,
        }
        if brackets + prefixes > MAX_NESTING {
            return Err(Problem::at(expression, at, format!("is nested more than {MAX_NESTING} deep")));
        }
    }
    Ok(())
}

/// False, null and what is empty.
fn is_truthy(value: &Tree) -> bool {
    match value {
        Tree::Null | Tree::Bool(false) => false,
        Tree::Text(text) => !text.is_empty(),
        Tree::List(list) => !list.is_empty(),
        Tree::Object(object) => !object.is_empty(),
        Tree::Bool(true) | Tree::Number(_) => true,
    }
}

fn literal(value: &::jmespath::Variable) -> Tree {
    use ::jmespath::Variable;
    match value {
        Variable::Null | Variable::Expref(_) => Tree::Null,
        Variable::Bool(value) => (*value).into(),
        Variable::String(text) => text.as_str().into(),
        Variable::Number(number) => Tree::from(serde_json::Value::Number(number.clone())),
        Variable::Array(list) => list.iter().map(|value| literal(value)).collect(),
        Variable::Object(map) => {
            map.iter().map(|(key, value)| (key.as_str(), literal(value))).collect::<Object<_>>().into()
        }
    }
}

fn evaluate(data: &Tree, ast: &Ast) -> Result<Tree, Problem> {
    Ok(match ast {
        Ast::Field { name, .. } => data.get(name).cloned().unwrap_or_default(),
        Ast::Subexpr { lhs, rhs, .. } => evaluate(&evaluate(data, lhs)?, rhs)?,
        Ast::Identity { .. } => data.clone(),
        Ast::Literal { value, .. } => literal(value),
        Ast::Index { idx, .. } => {
            let list = data.as_list().unwrap_or_default();
            let at = usize::try_from(*idx)
                .ok()
                .or_else(|| list.len().checked_sub(usize::try_from(idx.unsigned_abs()).ok()?));
            at.and_then(|at| list.get(at)).cloned().unwrap_or_default()
        }
        Ast::Or { lhs, rhs, .. } => match evaluate(data, lhs)? {
            left if is_truthy(&left) => left,
            _ => evaluate(data, rhs)?,
        },
        Ast::And { lhs, rhs, .. } => match evaluate(data, lhs)? {
            left if is_truthy(&left) => evaluate(data, rhs)?,
            left => left,
        },
        Ast::Not { node, .. } => (!is_truthy(&evaluate(data, node)?)).into(),
        Ast::Condition { predicate, then, .. } => match is_truthy(&evaluate(data, predicate)?) {
            true => evaluate(data, then)?,
            false => Tree::Null,
        },
        Ast::Comparison { comparator, lhs, rhs, .. } => {
            compare(comparator, &evaluate(data, lhs)?, &evaluate(data, rhs)?)
        }
        Ast::ObjectValues { node, .. } => match evaluate(data, node)? {
            Tree::Object(object) => object.values().cloned().collect(),
            _ => Tree::Null,
        },
        Ast::Projection { lhs, rhs, .. } => match evaluate(data, lhs)? {
            Tree::List(list) => {
                let mut projected = Vec::new();
                for element in list.iter() {
                    let value = evaluate(element, rhs)?;
                    if !matches!(value, Tree::Null) {
                        projected.push(value);
                    }
                }
                projected.into()
            }
            _ => Tree::Null,
        },
        Ast::Flatten { node, .. } => match evaluate(data, node)? {
            Tree::List(list) => {
                let mut flat = Vec::new();
                for element in list.iter() {
                    match element {
                        Tree::List(inner) => flat.extend_from_slice(inner),
                        other => flat.push(other.clone()),
                    }
                }
                flat.into()
            }
            _ => Tree::Null,
        },
        Ast::MultiList { .. } | Ast::MultiHash { .. } if matches!(data, Tree::Null) => Tree::Null,
        Ast::MultiList { elements, .. } => {
            elements.iter().map(|element| evaluate(data, element)).collect::<Result<Vec<_>, _>>()?.into()
        }
        Ast::MultiHash { elements, .. } => {
            let mut object = Object::default();
            for element in elements {
                object.insert(element.key.as_str(), evaluate(data, &element.value)?);
            }
            object.into()
        }
        Ast::Function { name, args, .. } => functions::call(data, name, args)?,
        Ast::Expref { .. } => return Err(Problem::of_data("& is only for an argument of a function")),
        Ast::Slice { start, stop, step, .. } => match data {
            Tree::List(list) => slice(list, *start, *stop, *step)?,
            _ if *step == 0 => return Err(Problem::of_data("the step of a slice cannot be 0")),
            _ => Tree::Null,
        },
    })
}

fn compare(comparator: &Comparator, left: &Tree, right: &Tree) -> Tree {
    let ordered = |holds: fn(std::cmp::Ordering) -> bool| match (left, right) {
        (Tree::Number(left), Tree::Number(right)) => holds(left.cmp(right)).into(),
        _ => Tree::Null,
    };
    match comparator {
        Comparator::Equal => (left == right).into(),
        Comparator::NotEqual => (left != right).into(),
        Comparator::LessThan => ordered(std::cmp::Ordering::is_lt),
        Comparator::LessThanEqual => ordered(std::cmp::Ordering::is_le),
        Comparator::GreaterThan => ordered(std::cmp::Ordering::is_gt),
        Comparator::GreaterThanEqual => ordered(std::cmp::Ordering::is_ge),
    }
}

/// As in Python.
fn slice(list: &[Tree], start: Option<i32>, stop: Option<i32>, step: i32) -> Result<Tree, Problem> {
    let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let step = i64::from(step);
    let (low, high) = if step < 0 { (-1, length - 1) } else { (0, length) };
    let place = |at: i32| {
        let at = i64::from(at);
        if at < 0 { at + length } else { at }.clamp(low, high)
    };
    let (first, end) = match step {
        0 => return Err(Problem::of_data("the step of a slice cannot be 0")),
        ..0 => (start.map_or(high, place), stop.map_or(low, place)),
        _ => (start.map_or(low, place), stop.map_or(high, place)),
    };
    let mut taken = Vec::new();
    let mut at = first;
    while if step < 0 { at > end } else { at < end } {
        taken.extend(usize::try_from(at).ok().and_then(|at| list.get(at)).cloned());
        at += step;
    }
    Ok(taken.into())
}
