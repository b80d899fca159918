//! Texts sorted into labels, by examples or by what the labels mean.

use std::sync::Arc;

use chassis::{Call, Code, Cost, Error, Operation, Short, Shorthand};
use embedder::Vector;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::embed::{MAX_CHARS, either};
use crate::held::Llm;
use crate::vectors::{self, Texts, cosine};

const DESCRIPTION: &str = "\
Sorts texts into labels of your own. Labels with `examples` (few-shot) are compared by the mean of their examples' embeddings: with \
eight to sixteen examples each this is the way to rely on. Labels without (zero-shot) are compared by their name and \
`description`, which is much weaker: describe what texts of the label say. With `other`, a text that is near no label gets the label \
`other`; a label of your own with examples of what belongs nowhere works too. `margin` says by how much the first label leads: little \
margin, little certainty. There are no ready labels (such as sentiment): none was measured to be good enough.";

/// Labels of a request.
const MAX_LABELS: usize = 100;
/// Cosine below which a text is near nothing: 40 questions off a topic were below 0.23 to passages on it, those on it above 0.37.
const FAR: f64 = 0.25;
/// What differences of cosines are multiplied with before they become shares.
const SHARPNESS: f64 = 20.0;

/// Texts and labels.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClassifyRequest {
    /// One text; give either `text` or `texts`.
    #[serde(default)]
    #[garde(inner(length(chars, max = MAX_CHARS)))]
    pub text: Option<String>,
    /// Several texts, at most 1,000.
    #[serde(default)]
    #[garde(length(max = 1000), inner(length(chars, max = MAX_CHARS)))]
    pub texts: Vec<String>,
    /// Labels to choose from, 2 to 100; one is enough with `other`. A name alone will do for a label.
    #[serde(deserialize_with = "chassis::shorts")]
    #[garde(length(min = 1, max = MAX_LABELS), dive)]
    pub labels: Vec<Label>,
    /// Whether texts that are near no label get the label `other`.
    #[serde(default)]
    #[garde(skip)]
    pub other: bool,
    /// Least cosine similarity to a label, with `other`; by default 0.25.
    #[serde(default)]
    #[garde(inner(range(min = -1.0, max = 1.0)))]
    pub min_score: Option<f64>,
}

/// A label.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Label {
    /// Its name.
    #[garde(length(chars, min = 1, max = 200))]
    pub name: String,
    /// What texts of this label say, in a sentence.
    #[serde(default)]
    #[garde(inner(length(chars, max = 2000)))]
    pub description: Option<String>,
    /// Texts of this label, at most 100.
    #[serde(default)]
    #[garde(length(max = 100), inner(length(chars, max = MAX_CHARS)))]
    pub examples: Vec<String>,
}

impl Shorthand for Label {
    fn of(short: Short) -> Option<Self> {
        short.text().map(|name| Self { name, ..Self::default() })
    }
}

/// Labels of texts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClassifyResponse {
    /// One entry for each text, in their order.
    pub results: Vec<Classification>,
    /// How labels were compared.
    pub method: ClassifyMethod,
    /// Name of the model.
    pub model: String,
}

/// The label of a text.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Classification {
    /// Position of the text in the request, from 0.
    pub index: usize,
    /// Name of the nearest label, or `other`.
    pub label: String,
    /// Whether no label was near enough.
    pub is_other: bool,
    /// Cosine similarity with the nearest label, -1 to 1.
    pub score: f64,
    /// By how much its score is above that of the second; null with a single label.
    pub margin: Option<f64>,
    /// All labels, the nearest first.
    pub scores: Vec<LabelScore>,
}

/// How near a label is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LabelScore {
    /// Name of the label.
    pub label: String,
    /// Cosine similarity, -1 to 1.
    pub score: f64,
    /// Share among the labels, 0 to 1; a way to show the scores, not a calibrated probability.
    pub share: f64,
}

/// How labels are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClassifyMethod {
    /// By examples.
    FewShot,
    /// By names and descriptions.
    ZeroShot,
    /// Some labels by examples, others by names and descriptions.
    Mixed,
}

fn example() -> ClassifyRequest {
    let label = |name: &str, examples: [&str; 3]| Label {
        name: name.into(),
        examples: examples.map(str::to_owned).to_vec(),
        ..Label::default()
    };
    ClassifyRequest {
        texts: vec!["My card was charged twice".into(), "The parcel never came".into()],
        labels: vec![
            label(
                "billing",
                ["I was billed the wrong amount", "Refund my payment please", "Your invoice has an error"],
            ),
            label("delivery", ["Where is my order?", "The package arrived damaged", "Shipping takes too long"]),
        ],
        ..ClassifyRequest::default()
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    op.summary("Classify texts by labels of your own").description(DESCRIPTION).example(example)
}

/// Classifies texts.
///
/// # Errors
/// When there is no model, two labels have one name, or a text has nothing the model can read.
pub async fn classify(request: ClassifyRequest, call: Arc<Call>, llm: Arc<Llm>) -> Result<ClassifyResponse, Error> {
    let ClassifyRequest { text, texts, mut labels, other, min_score } = request;
    // `refund, praise` in place of the list.
    if let [Label { name, description: None, examples }] = &labels[..]
        && examples.is_empty()
        && name.contains(',')
    {
        let names = name.split(',').map(str::trim).filter(|name| !name.is_empty());
        labels = names.map(|name| Label { name: name.to_owned(), ..Label::default() }).collect();
    }
    if labels.len() < 2 && !other {
        return Err(Error::field(Code::ValidationError, "labels", "must be two at least, or one with other"));
    }
    let method = match labels.iter().filter(|label| !label.examples.is_empty()).count() {
        0 => ClassifyMethod::ZeroShot,
        some if some == labels.len() => ClassifyMethod::FewShot,
        _ => ClassifyMethod::Mixed,
    };
    let texts = vectors::embed(&call, &llm, either(text, texts)?).await?;
    let names: Vec<String> = labels.iter().map(|label| label.name.clone()).collect();
    let centers = centers(labels, &call, &llm).await?;
    let least = other.then(|| min_score.unwrap_or(FAR));
    let vectors = texts.vectors;
    let results = call.compute(Cost::Light, move || {
        let result = |(index, vector): (usize, &Vector)| judged(index, vector, &names, &centers, least);
        Ok(vectors.iter().enumerate().map(result).collect())
    });
    Ok(ClassifyResponse { results: results.await?, method, model: texts.model.name().to_owned() })
}

/// A vector for each label.
pub(crate) async fn centers(labels: Vec<Label>, call: &Arc<Call>, llm: &Llm) -> Result<Vec<Vec<f32>>, Error> {
    let mut texts = Vec::new();
    let mut counts = Vec::with_capacity(labels.len());
    for (index, label) in labels.iter().enumerate() {
        if labels[..index].iter().any(|other| other.name == label.name) {
            return Err(Error::field(
                Code::ValidationError,
                format!("labels[{index}].name"),
                "another label has this name",
            ));
        }
        let before = texts.len();
        let name = |field: &str| format!("labels[{index}].{field}");
        if label.examples.is_empty() {
            // A bare word is read better in a sentence; a description is one.
            match &label.description {
                Some(description) => texts.push((name("description"), format!("{}: {description}", label.name))),
                None => {
                    let sentence = format!("This text is about {}.", label.name);
                    texts.extend([(name("name"), label.name.clone()), (name("name"), sentence)]);
                }
            }
        } else {
            let example = |(place, text): (usize, &String)| (name(&format!("examples[{place}]")), text.clone());
            texts.extend(label.examples.iter().enumerate().map(example));
        }
        counts.push(texts.len() - before);
    }
    let embedded = vectors::embed(call, llm, Texts::each(texts)).await?;
    let mut rest = embedded.vectors.as_slice();
    let center = |count: usize| {
        let (own, others) = rest.split_at(count);
        rest = others;
        mean(own)
    };
    Ok(counts.into_iter().map(center).collect())
}

/// The mean of vectors, of length one.
pub(crate) fn mean(vectors: &[Vector]) -> Vec<f32> {
    let mut sum = vec![0.0_f64; vectors.first().map_or(0, |vector| vector.len())];
    for vector in vectors {
        sum.iter_mut().zip(vector.iter()).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    let length = sum.iter().map(|value| value * value).sum::<f64>().sqrt();
    sum.into_iter().map(|value| if length > 0.0 { (value / length) as f32 } else { 0.0 }).collect()
}

fn judged(index: usize, vector: &[f32], names: &[String], centers: &[Vec<f32>], least: Option<f64>) -> Classification {
    let mut scores: Vec<(usize, f64)> = centers.iter().map(|center| cosine(vector, center)).enumerate().collect();
    scores.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (first, score) = scores[0];
    let weights: Vec<f64> = scores.iter().map(|(_, other)| ((other - score) * SHARPNESS).exp()).collect();
    let sum: f64 = weights.iter().sum();
    let is_other = least.is_some_and(|least| score < least);
    let entry = |((label, score), weight): (&(usize, f64), &f64)| LabelScore {
        label: names[*label].clone(),
        score: *score,
        share: weight / sum,
    };
    Classification {
        index,
        label: if is_other { "other".to_owned() } else { names[first].clone() },
        is_other,
        score,
        margin: scores.get(1).map(|(_, second)| score - second),
        scores: scores.iter().zip(&weights).map(entry).collect(),
    }
}
