//! Vectors of requests.

use chassis::{Code, Error};

use crate::store::{Distance, Spec};

/// Brings a vector to length 1; one of length 0 is left as it is.
pub fn normalize(vector: &mut [f32]) {
    let length = vector.iter().map(|value| f64::from(*value) * f64::from(*value)).sum::<f64>().sqrt();
    if length > 0.0 {
        #[expect(clippy::cast_possible_truncation, reason = "a component")]
        vector.iter_mut().for_each(|value| *value = (f64::from(*value) / length) as f32);
    }
}

/// A vector as the collection keeps it, or compares with it.
///
/// # Errors
/// When it has another number of dimensions, a component that is no number, or no direction where one is wanted.
pub fn fitting(field: &str, mut vector: Vec<f32>, spec: &Spec) -> Result<Vec<f32>, Error> {
    let wrong = |message: String| Error::field(Code::ValidationError, field, message);
    if vector.len() != spec.dimensions {
        let model = spec.model.as_ref().map(|model| format!(" (model {})", model.name)).unwrap_or_default();
        let (sent, name, wanted) = (vector.len(), &spec.name, spec.dimensions);
        return Err(wrong(format!("has {sent} dimensions; the collection {name} has {wanted}{model}")));
    }
    if let Some(index) = vector.iter().position(|value| !value.is_finite()) {
        return Err(wrong(format!("the component at index {index} is not a finite 32-bit number")));
    }
    if spec.distance == Distance::Cosine {
        if vector.iter().all(|value| *value == 0.0) {
            return Err(wrong(
                "a vector of zeros has no direction, so it has no cosine: send another, or use euclid".to_owned(),
            ));
        }
        normalize(&mut vector);
        if vector.iter().any(|value| !value.is_finite()) {
            return Err(wrong("is too long or too short for 32-bit numbers".to_owned()));
        }
    }
    Ok(vector)
}
