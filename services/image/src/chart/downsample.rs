//! Lines of more points than pixels, with as few points as look the same.

/// Points of a line that show its shape: "largest triangle, three buckets" (Steinarsson, "Downsampling Time Series for
/// Visual Representation", 2013). The first and the last stay.
pub(super) fn largest_triangles(points: &[(f64, f64)], most: usize) -> Vec<(f64, f64)> {
    let most = most.max(3);
    if points.len() <= most {
        return points.to_vec();
    }
    let buckets = most - 2;
    let inner = points.len() - 2;
    // The bounds of the bucket with this number, among the points between first and last.
    let start = |bucket: usize| 1 + bucket * inner / buckets;
    let mut kept = Vec::with_capacity(most);
    let mut last = points[0];
    kept.push(last);
    for bucket in 0..buckets {
        let next = if bucket + 1 == buckets {
            &points[points.len() - 1..]
        } else {
            &points[start(bucket + 1)..start(bucket + 2)]
        };
        let count = next.len() as f64;
        let mean = (
            next.iter().map(|point| point.0).sum::<f64>() / count,
            next.iter().map(|point| point.1).sum::<f64>() / count,
        );
        let area = |point: &(f64, f64)| {
            ((last.0 - mean.0) * (point.1 - last.1) - (last.0 - point.0) * (mean.1 - last.1)).abs()
        };
        let candidates = &points[start(bucket)..start(bucket + 1)];
        let best = candidates.iter().max_by(|a, b| area(a).total_cmp(&area(b)));
        last = *best.expect("a bucket has a point: there are fewer buckets than points");
        kept.push(last);
    }
    kept.push(points[points.len() - 1]);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_and_ends_stay() {
        let mut points: Vec<(f64, f64)> = (0..10_000).map(|x| (f64::from(x), f64::from(x % 7))).collect();
        points[4321].1 = 1000.0;
        points[8765].1 = -1000.0;
        let kept = largest_triangles(&points, 500);
        assert_eq!(kept.len(), 500);
        for index in [0, 4321, 8765, 9_999] {
            assert!(kept.contains(&points[index]), "{index}");
        }
        assert!(kept.windows(2).all(|pair| pair[0].0 < pair[1].0), "in order, each once");
        assert_eq!(largest_triangles(&points[..3], 500), &points[..3]);
        for count in 3..40 {
            assert_eq!(largest_triangles(&points[..count], 3).len(), 3, "{count}");
        }
    }
}
