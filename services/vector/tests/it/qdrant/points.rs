//! The service of points.

use std::collections::BTreeMap;

use ::qdrant_client::qdrant::points_server::Points;
use ::qdrant_client::qdrant::points_update_operation::Operation;
use ::qdrant_client::qdrant::value::Kind;
use ::qdrant_client::qdrant::*;
use tonic::{Request, Response, Status};

use super::filter::values;
use super::memory::{Collection, Kept, uuid};
use super::{State, rules};

type Answer<T> = Result<Response<T>, Status>;

fn done() -> PointsOperationResponse {
    let status = UpdateStatus::Completed.into();
    PointsOperationResponse { result: Some(UpdateResult { operation_id: Some(1), status }), ..Default::default() }
}

fn never<T>(name: &str) -> Answer<T> {
    Err(Status::unimplemented(name.to_owned()))
}

fn seq(collection: &Collection, id: &str, key: &str) -> Option<i64> {
    match values(&collection.points[id].payload, key).first()?.kind.as_ref()? {
        Kind::IntegerValue(number) => Some(*number),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "as Qdrant compares")]
fn as_float(number: i64) -> f64 {
    number as f64
}

fn scrolled(collection: &Collection, request: &ScrollPoints) -> Result<ScrollResponse, Status> {
    let mut ids = collection.kept(rules::scoped(request.filter.as_ref())?)?;
    let limit = request.limit.unwrap_or(10) as usize;
    let mut answer = ScrollResponse::default();
    match &request.order_by {
        Some(order) if request.offset.is_some() => return Err(Status::invalid_argument(format!("both {order:?}"))),
        Some(order) if !collection.indexes.contains(&order.key) => {
            return Err(Status::invalid_argument("an order without an index of ranges"));
        }
        Some(order) => {
            let from = match order.start_from.as_ref().and_then(|from| from.value.as_ref()) {
                Some(start_from::Value::Integer(from)) => *from,
                _ => i64::MIN,
            };
            let mut ordered: Vec<(i64, String)> =
                ids.into_iter().filter_map(|id| Some((seq(collection, &id, &order.key)?, id))).collect();
            // Qdrant takes the start of a page as a float, whatever was sent.
            ordered.retain(|(seq, _)| as_float(*seq) >= as_float(from));
            ordered.sort();
            ids = ordered.into_iter().map(|(_, id)| id).collect();
        }
        None => {
            if let Some(offset) = &request.offset {
                let from = uuid(offset)?;
                ids.retain(|id| *id >= from);
            }
            answer.next_page_offset = ids.get(limit).map(|id| PointId::from(id.as_str()));
        }
    }
    for id in ids.into_iter().take(limit) {
        let mut told = collection.told(&id, request.with_payload.as_ref(), request.with_vectors.as_ref());
        if let Some(order) = &request.order_by {
            let value = seq(collection, &id, &order.key).map(order_value::Variant::Int);
            told.order_value = Some(OrderValue { variant: value });
        }
        answer.result.push(told);
    }
    Ok(answer)
}

#[tonic::async_trait]
impl Points for State {
    async fn upsert(&self, request: Request<UpsertPoints>) -> Answer<PointsOperationResponse> {
        let request = request.into_inner();
        self.with(|memory| {
            rules::waits(request.wait)?;
            let collection = memory.of(&request.collection_name)?;
            for point in &request.points {
                rules::point(collection, point)?;
                let id = uuid(&point.id.clone().unwrap_or_default())?;
                collection.points.insert(id, Kept::of(point));
            }
            Ok(done())
        })
    }

    async fn delete(&self, request: Request<DeletePoints>) -> Answer<PointsOperationResponse> {
        let request = request.into_inner();
        self.with(|memory| {
            memory.note("delete", &request);
            rules::waits(request.wait)?;
            let collection = memory.of(&request.collection_name)?;
            for id in collection.selected(request.points.as_ref())? {
                collection.points.remove(&id);
            }
            Ok(done())
        })
    }

    async fn get(&self, request: Request<GetPoints>) -> Answer<GetResponse> {
        let request = request.into_inner();
        self.with(|memory| {
            let collection = memory.of(&request.collection_name)?;
            let ids = request.ids.iter().map(uuid).collect::<Result<Vec<_>, _>>()?;
            let there = ids.iter().filter(|id| collection.points.contains_key(*id));
            let told = |id: &String| collection.told(id, request.with_payload.as_ref(), request.with_vectors.as_ref());
            Ok(GetResponse { result: there.map(told).collect(), ..Default::default() })
        })
    }

    async fn set_payload(&self, request: Request<SetPayloadPoints>) -> Answer<PointsOperationResponse> {
        let request = request.into_inner();
        self.with(|memory| {
            rules::waits(request.wait)?;
            let collection = memory.of(&request.collection_name)?;
            for id in collection.selected(request.points_selector.as_ref())? {
                let Some(point) = collection.points.get_mut(&id) else { continue };
                match &request.key {
                    None => point.payload.extend(request.payload.clone()),
                    Some(key) => {
                        let below = point.payload.entry(key.clone()).or_default();
                        let mut fields = match below.kind.take() {
                            Some(Kind::StructValue(inner)) => inner.fields,
                            _ => Default::default(),
                        };
                        fields.extend(request.payload.clone());
                        below.kind = Some(Kind::StructValue(Struct { fields }));
                    }
                }
            }
            Ok(done())
        })
    }

    async fn create_field_index(
        &self,
        request: Request<CreateFieldIndexCollection>,
    ) -> Answer<PointsOperationResponse> {
        let request = request.into_inner();
        self.with(|memory| {
            memory.note("index", &request);
            rules::waits(request.wait)?;
            let params = request.field_index_params.as_ref().and_then(|params| params.index_params.as_ref());
            match (request.field_type(), params) {
                (FieldType::Keyword, Some(payload_index_params::IndexParams::KeywordIndexParams(_)))
                | (FieldType::Integer, Some(payload_index_params::IndexParams::IntegerIndexParams(_))) => {}
                other => return Err(Status::invalid_argument(format!("an index that does not fit: {other:?}"))),
            }
            memory.of(&request.collection_name)?.indexes.insert(request.field_name);
            Ok(done())
        })
    }

    async fn scroll(&self, request: Request<ScrollPoints>) -> Answer<ScrollResponse> {
        let request = request.into_inner();
        self.with(|memory| scrolled(memory.of(&request.collection_name)?, &request))
    }

    async fn count(&self, request: Request<CountPoints>) -> Answer<CountResponse> {
        let request = request.into_inner();
        self.with(|memory| {
            if request.exact != Some(true) {
                return Err(Status::invalid_argument("a count that is not exact"));
            }
            let collection = memory.of(&request.collection_name)?;
            let count = collection.kept(rules::scoped(request.filter.as_ref())?)?.len() as u64;
            Ok(CountResponse { result: Some(CountResult { count }), ..Default::default() })
        })
    }

    async fn update_batch(&self, request: Request<UpdateBatchPoints>) -> Answer<UpdateBatchResponse> {
        let request = request.into_inner();
        self.with(|memory| {
            rules::waits(request.wait)?;
            let collection = memory.of(&request.collection_name)?;
            for operation in &request.operations {
                let Some(Operation::OverwritePayload(overwrite)) = &operation.operation else {
                    return Err(Status::unimplemented("update_batch"));
                };
                for id in collection.selected(overwrite.points_selector.as_ref())? {
                    if let Some(point) = collection.points.get_mut(&id) {
                        point.payload.clone_from(&overwrite.payload);
                    }
                }
            }
            Ok(UpdateBatchResponse::default())
        })
    }

    async fn query_batch(&self, request: Request<QueryBatchPoints>) -> Answer<QueryBatchResponse> {
        let request = request.into_inner();
        self.with(|memory| {
            memory.note("query", &request);
            let collection = memory.of(&request.collection_name)?;
            if request.query_points.iter().any(|one| one.collection_name != request.collection_name) {
                return Err(Status::invalid_argument("a batch of queries of several collections"));
            }
            let results =
                request.query_points.iter().map(|one| collection.query(one).map(|result| BatchResult { result }));
            Ok(QueryBatchResponse { result: results.collect::<Result<_, _>>()?, ..Default::default() })
        })
    }

    async fn facet(&self, request: Request<FacetCounts>) -> Answer<FacetResponse> {
        let request = request.into_inner();
        self.with(|memory| {
            let collection = memory.of(&request.collection_name)?;
            if !collection.indexes.contains(&request.key) {
                return Err(Status::invalid_argument("a facet without an index"));
            }
            let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
            for id in collection.kept(rules::scoped(request.filter.as_ref())?)? {
                *counts.entry(seq(collection, &id, &request.key).unwrap_or(0)).or_default() += 1;
            }
            let hit = |(value, count): (i64, u64)| FacetHit {
                value: Some(FacetValue { variant: Some(facet_value::Variant::IntegerValue(value)) }),
                count,
            };
            let limit = usize::try_from(request.limit.unwrap_or(10)).unwrap_or(usize::MAX);
            Ok(FacetResponse { hits: counts.into_iter().map(hit).take(limit).collect(), ..Default::default() })
        })
    }

    async fn update_vectors(&self, _: Request<UpdatePointVectors>) -> Answer<PointsOperationResponse> {
        never("update_vectors")
    }

    async fn delete_vectors(&self, _: Request<DeletePointVectors>) -> Answer<PointsOperationResponse> {
        never("delete_vectors")
    }

    async fn overwrite_payload(&self, _: Request<SetPayloadPoints>) -> Answer<PointsOperationResponse> {
        never("overwrite_payload")
    }

    async fn delete_payload(&self, _: Request<DeletePayloadPoints>) -> Answer<PointsOperationResponse> {
        never("delete_payload")
    }

    async fn clear_payload(&self, _: Request<ClearPayloadPoints>) -> Answer<PointsOperationResponse> {
        never("clear_payload")
    }

    async fn delete_field_index(&self, _: Request<DeleteFieldIndexCollection>) -> Answer<PointsOperationResponse> {
        never("delete_field_index")
    }

    async fn create_vector_name(&self, _: Request<CreateVectorNameRequest>) -> Answer<PointsOperationResponse> {
        never("create_vector_name")
    }

    async fn delete_vector_name(&self, _: Request<DeleteVectorNameRequest>) -> Answer<PointsOperationResponse> {
        never("delete_vector_name")
    }

    async fn search(&self, _: Request<SearchPoints>) -> Answer<SearchResponse> {
        never("search")
    }

    async fn search_batch(&self, _: Request<SearchBatchPoints>) -> Answer<SearchBatchResponse> {
        never("search_batch")
    }

    async fn search_groups(&self, _: Request<SearchPointGroups>) -> Answer<SearchGroupsResponse> {
        never("search_groups")
    }

    async fn recommend(&self, _: Request<RecommendPoints>) -> Answer<RecommendResponse> {
        never("recommend")
    }

    async fn recommend_batch(&self, _: Request<RecommendBatchPoints>) -> Answer<RecommendBatchResponse> {
        never("recommend_batch")
    }

    async fn recommend_groups(&self, _: Request<RecommendPointGroups>) -> Answer<RecommendGroupsResponse> {
        never("recommend_groups")
    }

    async fn discover(&self, _: Request<DiscoverPoints>) -> Answer<DiscoverResponse> {
        never("discover")
    }

    async fn discover_batch(&self, _: Request<DiscoverBatchPoints>) -> Answer<DiscoverBatchResponse> {
        never("discover_batch")
    }

    async fn query(&self, _: Request<QueryPoints>) -> Answer<QueryResponse> {
        never("query")
    }

    async fn query_groups(&self, _: Request<QueryPointGroups>) -> Answer<QueryGroupsResponse> {
        never("query_groups")
    }

    async fn search_matrix_pairs(&self, _: Request<SearchMatrixPoints>) -> Answer<SearchMatrixPairsResponse> {
        never("search_matrix_pairs")
    }

    async fn search_matrix_offsets(&self, _: Request<SearchMatrixPoints>) -> Answer<SearchMatrixOffsetsResponse> {
        never("search_matrix_offsets")
    }
}
