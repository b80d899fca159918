//! Make a collection.

use std::sync::Arc;

use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CollectionInfo;
use crate::names;
use crate::plan::MAX_DIMENSIONS;
use crate::settings::Vectors;
use crate::store::{Distance, Spec};

const DESCRIPTION: &str = "\
Makes a collection of points. With `dimensions` its vectors are the caller's own; without, they are made of texts by the model \
of this server, whose name and revision the collection keeps: texts are refused once the server has another. The distance \
cannot be changed afterwards. A name that is taken is a 409, unless `ifNotExists` is set and the collection is alike.";

/// A collection to make.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateCollectionRequest {
    /// Its name: 1 to 63 small letters, digits, `-` and `_`.
    #[garde(length(chars, min = 1, max = 63))]
    pub name: String,
    /// Number of dimensions, 1 to 4,096, of vectors that are sent; absent for vectors made of texts by the server's model.
    #[serde(default)]
    #[garde(range(min = 1, max = MAX_DIMENSIONS))]
    pub dimensions: Option<usize>,
    /// How vectors are compared: cosine by default.
    #[serde(default)]
    #[garde(skip)]
    pub distance: Distance,
    /// Mean number of words of a text, for BM25; that of the first texts by default. It cannot change afterwards.
    #[serde(default)]
    #[garde(range(min = 1.0, max = 1_000_000.0))]
    pub average_length: Option<f32>,
    /// Answers with the collection instead of 409 when there is one alike already.
    #[serde(default)]
    #[garde(skip)]
    pub if_not_exists: bool,
}

fn example() -> CreateCollectionRequest {
    CreateCollectionRequest {
        name: "animals".into(),
        dimensions: None,
        distance: Distance::Cosine,
        average_length: None,
        if_not_exists: true,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("collections_create").summary("Create a collection").description(DESCRIPTION).example(example).alone()
}

/// Makes a collection.
///
/// # Errors
/// When the name is taken, the plan has no more, or there is no model and no number of dimensions.
pub async fn create(
    request: CreateCollectionRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<CollectionInfo, Error> {
    names::check("name", &request.name)?;
    let tenant = vectors.tenant(&call);
    let (dimensions, model) = match request.dimensions {
        Some(dimensions) => (dimensions, None),
        None => {
            let model = &vectors.model;
            (model.dimensions()?, Some(model.identity()?))
        }
    };
    let CreateCollectionRequest { name, distance, average_length, if_not_exists, .. } = request;
    let spec = Spec { name: name.clone(), dimensions, distance, model, average_length };
    match vectors.store.create(&call, &tenant, spec.clone()).await {
        Err(error) if if_not_exists && error.code() == chassis::Code::Conflict => {
            let known = vectors.store.get(&call, &tenant, &name).await?;
            let alike = |known: &Spec| {
                known.dimensions == spec.dimensions && known.distance == spec.distance && known.model == spec.model
            };
            if alike(&known.spec) { Ok(known.into()) } else { Err(error) }
        }
        made => made.map(Into::into),
    }
}
