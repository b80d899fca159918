//! Maximal marginal relevance: results that are good and unlike each other (Carbonell and Goldstein, 1998).

use crate::store::Hit;

/// Chooses so many of the results: each next one is good and unlike those chosen, weighed by `diversity` from 0 to 1.
/// Scores are brought to 0 to 1 first, so that they weigh the same whatever they are.
#[must_use]
pub fn diverse(hits: Vec<Hit>, diversity: f32, wanted: usize) -> Vec<Hit> {
    let unit: Vec<Vec<f32>> = hits
        .iter()
        .map(|hit| {
            let mut vector = hit.point.vector.clone().unwrap_or_default();
            crate::vector::normalize(&mut vector);
            vector
        })
        .collect();
    let count = hits.len();
    // By rank: the best first, whatever higher scores mean.
    #[expect(clippy::cast_precision_loss, reason = "at most 1,000")]
    let relevance = |index: usize| 1.0 - index as f32 / count.max(1) as f32;
    let mut nearest = vec![0.0f32; count];
    let mut open: Vec<usize> = (0..count).collect();
    let mut chosen = Vec::new();
    while chosen.len() < wanted {
        let worth = |index: usize| (1.0 - diversity) * relevance(index) - diversity * nearest[index];
        let best = (0..open.len()).max_by(|a, b| worth(open[*a]).total_cmp(&worth(open[*b])).then(b.cmp(a)));
        let Some(place) = best else { break };
        let index = open.remove(place);
        for other in &open {
            nearest[*other] = nearest[*other].max(kernels::dot(&unit[index], &unit[*other]));
        }
        chosen.push(index);
    }
    let mut hits: Vec<Option<Hit>> = hits.into_iter().map(Some).collect();
    chosen.into_iter().filter_map(|index| hits[index].take()).collect()
}
