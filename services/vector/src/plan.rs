//! What each plan may keep.

use chassis::{Code, Consumer, Error};

/// Largest payload of a point, in bytes, in every plan.
pub const MAX_PAYLOAD: usize = 64 * 1024;
/// Largest text of a point, in characters.
pub const MAX_TEXT: usize = 64 * 1024;
/// Largest number of dimensions.
pub const MAX_DIMENSIONS: usize = 4_096;
/// Points of a request.
pub const MAX_POINTS: usize = 1_000;
/// Results of a query.
pub const MAX_RESULTS: usize = 1_000;

const MB: u64 = 1_000_000;

/// What a plan may keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// The name of the plan.
    pub plan: &'static str,
    /// Collections.
    pub collections: u64,
    /// Points of all collections together.
    pub points: u64,
    /// Bytes of all collections together: vectors, payloads, texts, and what filters compare.
    pub bytes: u64,
}

const PLANS: [Quota; 4] = [
    Quota { plan: "Free", collections: 3, points: 10_000, bytes: 100 * MB },
    Quota { plan: "Basic", collections: 10, points: 100_000, bytes: 1_000 * MB },
    Quota { plan: "Pro", collections: 50, points: 1_000_000, bytes: 10_000 * MB },
    Quota { plan: "Enterprise", collections: 500, points: 10_000_000, bytes: 100_000 * MB },
];

impl Quota {
    /// That of a caller. Without a gateway there are no plans, and the service is one's own.
    #[must_use]
    pub fn of(consumer: Option<&Consumer>) -> Self {
        let Some(consumer) = consumer else { return PLANS[3] };
        let plan = consumer.plan().unwrap_or_default();
        PLANS.into_iter().find(|known| known.plan.eq_ignore_ascii_case(plan)).unwrap_or(PLANS[0])
    }

    /// Refuses one collection more than there may be.
    ///
    /// # Errors
    /// When there are as many as the plan has.
    pub fn allow_collection(&self, present: u64) -> Result<(), Error> {
        match present < self.collections {
            true => Ok(()),
            false => Err(self.used_up("collections", self.collections, "collection")),
        }
    }

    /// Refuses one snapshot more than there may be: as many as collections.
    ///
    /// # Errors
    /// When there are as many as the plan has.
    pub fn allow_snapshot(&self, present: u64) -> Result<(), Error> {
        match present < self.collections {
            true => Ok(()),
            false => Err(self.used_up("snapshots", self.collections, "snapshot")),
        }
    }

    /// Refuses more points or bytes than there may be.
    ///
    /// # Errors
    /// When there would be more than the plan has.
    pub fn allow(&self, points: u64, bytes: u64) -> Result<(), Error> {
        if points > self.points {
            return Err(self.used_up("points", self.points, "points"));
        }
        if bytes > self.bytes {
            return Err(self.used_up("bytes", self.bytes, "points"));
        }
        Ok(())
    }

    fn used_up(&self, limit: &str, most: u64, what: &str) -> Error {
        let plan = self.plan;
        Error::new(
            Code::Forbidden,
            format!(
                "the limit {limit} of the plan {plan} is {most}: delete a {what} you no longer need, or change the plan"
            )
            .replace("a points", "points"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_known_by_the_group_and_else_the_smallest() {
        let plan =
            |group: &str| Quota::of(Some(&Consumer { groups: vec![group.to_owned()], ..Consumer::default() })).plan;
        assert_eq!(
            ["free", "basic", "pro", "enterprise", "what"].map(plan),
            ["Free", "Basic", "Pro", "Enterprise", "Free"]
        );
        assert_eq!(Quota::of(Some(&Consumer::default())).plan, "Free");
    }

    #[test]
    fn the_limit_is_named() {
        let free = PLANS[0];
        assert!(free.allow(10_000, 100 * MB).is_ok() && free.allow_collection(2).is_ok());
        for (error, words) in [
            (free.allow_collection(3), "the limit collections of the plan Free is 3"),
            (free.allow(10_001, 0), "the limit points of the plan Free is 10000"),
            (free.allow(1, 100 * MB + 1), "the limit bytes of the plan Free is 100000000"),
        ] {
            let error = error.unwrap_err();
            assert!(error.code() == Code::Forbidden && error.message().starts_with(words), "{error}");
        }
    }
}
