//! Texts in groups of like meaning.

use std::sync::Arc;

use chassis::{Call, Code, Cost, Error, Operation};
use embedder::Vector;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::classify::mean;
use crate::embed::MAX_CHARS;
use crate::held::Llm;
use crate::vectors::{self, Texts, cosine};

const DESCRIPTION: &str = "\
Groups texts by meaning. `agglomerative` joins groups as long as their texts are on average at least as alike as `threshold` (0.5 \
by default), so the number of groups follows from the texts; `k-means` makes `k` groups; `duplicates` joins whatever is linked by \
pairs at least as alike as `threshold` (0.9 by default), to find near-duplicates. The same texts always give the same groups. Groups \
come largest first, each with the text nearest to its middle.";

/// Texts of a request: every pair of them is compared.
const MAX_TEXTS: usize = 2000;
/// Rounds of k-means.
const ROUNDS: usize = 50;

/// Texts to group.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClusterRequest {
    /// The texts, 2 to 2,000.
    #[garde(length(min = 2, max = MAX_TEXTS), inner(length(chars, max = MAX_CHARS)))]
    pub texts: Vec<String>,
    /// How groups are made; `k-means` when `k` is given, else `agglomerative`.
    #[serde(default)]
    #[garde(skip)]
    pub method: Option<ClusterMethod>,
    /// Number of groups; with `k-means`.
    #[serde(default)]
    #[garde(inner(range(min = 1, max = MAX_TEXTS)))]
    pub k: Option<usize>,
    /// Least cosine similarity within a group; not with `k-means`.
    #[serde(default)]
    #[garde(inner(range(min = -1.0, max = 1.0)))]
    pub threshold: Option<f64>,
}

/// How groups are made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterMethod {
    /// Groups are joined while their texts are alike on average.
    #[default]
    Agglomerative,
    /// A given number of groups around their middles.
    KMeans,
    /// Groups of texts linked by pairs that are alike.
    Duplicates,
}

/// Groups of texts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClusterResponse {
    /// The groups, the largest first.
    pub clusters: Vec<Cluster>,
    /// Position of the group of each text, in the order of the texts.
    pub assignments: Vec<usize>,
    /// How groups were made.
    pub method: ClusterMethod,
    /// Name of the model.
    pub model: String,
}

/// A group.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// Position among the groups, from 0.
    pub index: usize,
    /// Number of texts.
    pub size: usize,
    /// Positions of its texts in the request.
    pub members: Vec<usize>,
    /// Position of the text nearest to the middle.
    pub representative: usize,
    /// That text.
    pub text: String,
    /// Mean cosine similarity of its texts with the middle.
    pub cohesion: f64,
}

fn example() -> ClusterRequest {
    let texts = [
        "Where is my parcel?",
        "My order has not arrived",
        "I want my money back",
        "Please refund me",
        "Refund, please",
    ];
    ClusterRequest { texts: texts.map(str::to_owned).to_vec(), ..ClusterRequest::default() }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    op.summary("Group texts by meaning").description(DESCRIPTION).example(example)
}

/// Groups texts.
///
/// # Errors
/// When there is no model, `k` and method contradict each other, or a text has nothing the model can read.
pub async fn cluster(request: ClusterRequest, call: Arc<Call>, llm: Arc<Llm>) -> Result<ClusterResponse, Error> {
    let ClusterRequest { texts, method, k, threshold } = request;
    let method = method.unwrap_or(if k.is_some() { ClusterMethod::KMeans } else { ClusterMethod::Agglomerative });
    let k = match (method, k) {
        (ClusterMethod::KMeans, Some(k)) if k <= texts.len() => k,
        (ClusterMethod::KMeans, Some(_)) => {
            return Err(Error::impossible("k", format!("must be at most the number of texts, {}", texts.len())));
        }
        (ClusterMethod::KMeans, None) => {
            return Err(Error::field(Code::ValidationError, "k", "is required with k-means: the number of groups"));
        }
        (_, Some(_)) => return Err(Error::impossible("k", "is for k-means; the other methods take a threshold")),
        (_, None) => 0,
    };
    if method == ClusterMethod::KMeans && threshold.is_some() {
        return Err(Error::impossible("threshold", "is not for k-means, which takes k"));
    }
    let embedded = vectors::embed(&call, &llm, Texts::list("texts", texts.clone())).await?;
    let (vectors, asked) = (embedded.vectors, call.clone());
    let groups = call.compute(Cost::Heavy, move || {
        let assigned = match method {
            ClusterMethod::Agglomerative => agglomerative(&vectors, threshold.unwrap_or(0.5), &asked)?,
            ClusterMethod::KMeans => k_means(&vectors, k, &asked)?,
            ClusterMethod::Duplicates => linked(&vectors, threshold.unwrap_or(0.9), &asked)?,
        };
        Ok(described(&assigned, &vectors, &texts))
    });
    let clusters: Vec<Cluster> = groups.await?;
    let mut assignments = vec![0; clusters.iter().map(|cluster| cluster.size).sum()];
    for cluster in &clusters {
        cluster.members.iter().for_each(|member| assignments[*member] = cluster.index);
    }
    Ok(ClusterResponse { clusters, assignments, method, model: embedded.model.name().to_owned() })
}

/// Groups from a name of each text's group.
fn described(assigned: &[usize], vectors: &[Vector], texts: &[String]) -> Vec<Cluster> {
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); assigned.len()];
    assigned.iter().enumerate().for_each(|(index, group)| groups[*group].push(index));
    groups.retain(|members| !members.is_empty());
    groups.sort_by(|a, b| b.len().cmp(&a.len()).then(a[0].cmp(&b[0])));
    let cluster = |(index, members): (usize, Vec<usize>)| {
        let own: Vec<Vector> = members.iter().map(|member| vectors[*member].clone()).collect();
        let middle = mean(&own);
        let near: Vec<f64> = own.iter().map(|vector| cosine(vector, &middle)).collect();
        let nearest = (0..near.len()).max_by(|a, b| near[*a].total_cmp(&near[*b]).then(b.cmp(a))).unwrap_or_default();
        let representative = members[nearest];
        Cluster {
            index,
            size: members.len(),
            representative,
            text: texts[representative].clone(),
            cohesion: near.iter().sum::<f64>() / near.len() as f64,
            members,
        }
    };
    groups.into_iter().enumerate().map(cluster).collect()
}

/// Average linkage, by the chain of nearest neighbors (Müllner 2011): time and memory by the square of the texts.
fn agglomerative(vectors: &[Vector], threshold: f64, call: &Call) -> Result<Vec<usize>, Error> {
    let count = vectors.len();
    let mut alike = vec![0.0_f32; count * count];
    for a in 0..count {
        call.check()?;
        for b in a + 1..count {
            let similarity = cosine(&vectors[a], &vectors[b]) as f32;
            (alike[a * count + b], alike[b * count + a]) = (similarity, similarity);
        }
    }
    let mut sizes = vec![1_usize; count];
    let mut live: Vec<usize> = (0..count).collect();
    let mut joins: Vec<(f32, usize, usize)> = Vec::with_capacity(count);
    let mut chain: Vec<usize> = Vec::new();
    while live.len() > 1 {
        call.check()?;
        let last = *chain.last().unwrap_or(&live[0]);
        if chain.is_empty() {
            chain.push(last);
        }
        // The one before wins a tie, so that the chain ends.
        let before = chain.len().checked_sub(2).map(|place| chain[place]);
        let others = live.iter().copied().filter(|other| *other != last);
        let nearest = others.max_by(|a, b| {
            let (near, far) = (alike[last * count + a], alike[last * count + b]);
            near.total_cmp(&far).then_with(|| (Some(*a) == before).cmp(&(Some(*b) == before))).then(b.cmp(a))
        });
        let Some(nearest) = nearest else { break };
        if Some(nearest) != before {
            chain.push(nearest);
            continue;
        }
        chain.truncate(chain.len() - 2);
        joins.push((alike[last * count + nearest], last, nearest));
        let (stays, goes) = (last.min(nearest), last.max(nearest));
        let (one, two) = (sizes[stays] as f32, sizes[goes] as f32);
        for other in live.iter().copied().filter(|other| *other != stays && *other != goes) {
            let joined = (alike[stays * count + other] * one + alike[goes * count + other] * two) / (one + two);
            (alike[stays * count + other], alike[other * count + stays]) = (joined, joined);
        }
        sizes[stays] += sizes[goes];
        live.retain(|other| *other != goes);
    }
    let mut sets = Sets::new(count);
    for (similarity, a, b) in joins {
        if f64::from(similarity) >= threshold {
            sets.join(a, b);
        }
    }
    Ok(sets.names())
}

/// Groups of texts linked by pairs that are alike.
fn linked(vectors: &[Vector], threshold: f64, call: &Call) -> Result<Vec<usize>, Error> {
    let mut sets = Sets::new(vectors.len());
    for a in 0..vectors.len() {
        call.check()?;
        for b in a + 1..vectors.len() {
            if cosine(&vectors[a], &vectors[b]) >= threshold {
                sets.join(a, b);
            }
        }
    }
    Ok(sets.names())
}

/// Spherical k-means. It starts from texts that are far from each other, so nothing is left to chance.
fn k_means(vectors: &[Vector], k: usize, call: &Call) -> Result<Vec<usize>, Error> {
    let middle = mean(vectors);
    let nearest_to = |center: &[f32]| {
        let near: Vec<f64> = vectors.iter().map(|vector| cosine(vector, center)).collect();
        (0..vectors.len()).max_by(|a, b| near[*a].total_cmp(&near[*b]).then(b.cmp(a))).unwrap_or_default()
    };
    let mut centers: Vec<Vec<f32>> = vec![vectors[nearest_to(&middle)].to_vec()];
    let mut nearest: Vec<f64> = vectors.iter().map(|vector| cosine(vector, &centers[0])).collect();
    while centers.len() < k {
        call.check()?;
        let far = (0..vectors.len()).min_by(|a, b| nearest[*a].total_cmp(&nearest[*b])).unwrap_or_default();
        centers.push(vectors[far].to_vec());
        let added = &centers[centers.len() - 1];
        for (nearest, vector) in nearest.iter_mut().zip(vectors) {
            *nearest = nearest.max(cosine(vector, added));
        }
        nearest[far] = f64::INFINITY;
    }
    let mut assigned = vec![usize::MAX; vectors.len()];
    for _ in 0..ROUNDS {
        let mut moved = false;
        for (vector, place) in vectors.iter().zip(&mut assigned) {
            call.check()?;
            let near = |center: &Vec<f32>| cosine(vector, center);
            let best = (0..k).max_by(|a, b| near(&centers[*a]).total_cmp(&near(&centers[*b])).then(b.cmp(a)));
            let best = best.unwrap_or_default();
            moved |= *place != best;
            *place = best;
        }
        if !moved {
            break;
        }
        for (group, center) in centers.iter_mut().enumerate() {
            let own: Vec<Vector> = vectors
                .iter()
                .zip(&assigned)
                .filter(|(_, place)| **place == group)
                .map(|(vector, _)| vector.clone())
                .collect();
            if !own.is_empty() {
                *center = mean(&own);
            }
        }
    }
    Ok(assigned)
}

/// Sets that are joined (union-find).
struct Sets(Vec<usize>);

impl Sets {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn root(&mut self, mut item: usize) -> usize {
        while self.0[item] != item {
            self.0[item] = self.0[self.0[item]];
            item = self.0[item];
        }
        item
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }

    fn names(mut self) -> Vec<usize> {
        (0..self.0.len()).map(|item| self.root(item)).collect()
    }
}
