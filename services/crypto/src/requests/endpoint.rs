//! What the hosts of AWS say of themselves: region and service, as a signature names them.
//!
//! Nearly all are `service.region.amazonaws.com`, with an id, an account or a bucket before it. The service of a signature
//! is not always the one of the name.

/// Services whose signatures have another name than their hosts.
const SIGNED_AS: [(&str, &str); 14] = [
    ("api.ecr", "ecr"),
    ("api.sagemaker", "sagemaker"),
    ("appsync-api", "appsync"),
    ("bedrock-agent", "bedrock"),
    ("bedrock-agent-runtime", "bedrock"),
    ("bedrock-runtime", "bedrock"),
    ("data.iot", "iotdata"),
    ("email", "ses"),
    ("lambda-url", "lambda"),
    ("queue", "sqs"),
    ("runtime.lex", "lex"),
    ("runtime.sagemaker", "sagemaker"),
    ("s3-accelerate", "s3"),
    ("s3-accesspoint", "s3"),
];

/// Services of all regions, whose signatures name this one.
const GLOBAL: [&str; 8] = ["budgets", "cloudfront", "iam", "organizations", "route53", "s3", "sts", "waf"];
const GLOBAL_REGION: &str = "us-east-1";

/// Region and service of a host, when it is one of AWS and says them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Endpoint<'h> {
    pub(super) region: Option<&'h str>,
    pub(super) service: Option<&'h str>,
}

impl<'h> Endpoint<'h> {
    pub(super) fn of(host: &'h str) -> Self {
        let host = host.split(':').next().unwrap_or_default();
        let ends = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws"];
        let Some(name) = ends.iter().find_map(|end| host.strip_suffix(end)) else { return Self::default() };
        let labels: Vec<&str> = name.split('.').collect();
        let Some(place) = labels.iter().rposition(|label| is_region(label)) else {
            return Self::without_region(&labels);
        };
        let before = match labels[..place].split_last() {
            Some((&"dualstack", before)) => before,
            _ => &labels[..place],
        };
        // `id.region.es.amazonaws.com` has the service behind the region.
        let service = labels.get(place + 1).copied().or_else(|| service_of(before));
        Self { region: Some(labels[place]), service }
    }

    fn without_region(labels: &[&'h str]) -> Self {
        let Some(last) = labels.last().copied() else { return Self::default() };
        if let Some(region) = last.strip_prefix("s3-").filter(|rest| is_region(rest)) {
            return Self { region: Some(region), service: Some("s3") };
        }
        let region = GLOBAL.contains(&last).then_some(GLOBAL_REGION);
        Self { region, service: service_of(labels) }
    }
}

/// The service that the labels before a region name: the last of them, or the last two.
fn service_of<'h>(labels: &[&'h str]) -> Option<&'h str> {
    let last = labels.last()?;
    let last = last.strip_suffix("-fips").unwrap_or(last);
    let two = labels.len().checked_sub(2).map(|place| format!("{}.{last}", labels[place]));
    let is = |name: &str| name == last || two.as_deref() == Some(name);
    Some(SIGNED_AS.iter().find(|(name, _)| is(name)).map_or(last, |(_, signed)| signed))
}

/// `eu-central-1`, `us-gov-west-1`.
fn is_region(label: &str) -> bool {
    let mut parts = label.split('-');
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase());
    let digits = |part: &str| !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let area = parts.next().is_some_and(|area| area.len() == 2 && letters(area));
    let number = parts.next_back().is_some_and(digits);
    let mut between = parts.peekable();
    area && number && between.peek().is_some() && between.all(|part| part.len() >= 3 && letters(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_aws() {
        for (host, region, service) in [
            ("s3.eu-central-1.amazonaws.com", "eu-central-1", "s3"),
            ("bucket.s3.eu-central-1.amazonaws.com", "eu-central-1", "s3"),
            ("my.dotted.bucket.s3.us-gov-west-1.amazonaws.com", "us-gov-west-1", "s3"),
            ("bucket.s3.dualstack.us-west-2.amazonaws.com", "us-west-2", "s3"),
            ("bucket.s3-fips.us-west-2.amazonaws.com", "us-west-2", "s3"),
            ("ap-123.s3-accesspoint.us-west-2.amazonaws.com", "us-west-2", "s3"),
            ("bucket.s3-eu-west-1.amazonaws.com", "eu-west-1", "s3"),
            ("bucket.s3.amazonaws.com", "us-east-1", "s3"),
            ("s3.amazonaws.com:443", "us-east-1", "s3"),
            ("s3.cn-north-1.amazonaws.com.cn", "cn-north-1", "s3"),
            ("tj9n5r0m12.execute-api.us-east-1.amazonaws.com", "us-east-1", "execute-api"),
            ("lambda.us-east-2.amazonaws.com", "us-east-2", "lambda"),
            ("abcdef.lambda-url.eu-west-1.on.aws", "eu-west-1", "lambda"),
            ("dynamodb.ap-southeast-2.amazonaws.com", "ap-southeast-2", "dynamodb"),
            ("email.eu-west-1.amazonaws.com", "eu-west-1", "ses"),
            ("bedrock-runtime.us-east-1.amazonaws.com", "us-east-1", "bedrock"),
            ("runtime.sagemaker.us-east-1.amazonaws.com", "us-east-1", "sagemaker"),
            ("a1b2.iot.us-east-1.amazonaws.com", "us-east-1", "iot"),
            ("api.ecr.us-east-1.amazonaws.com", "us-east-1", "ecr"),
            ("search-x.us-east-1.es.amazonaws.com", "us-east-1", "es"),
            ("id.eu-west-1.aoss.amazonaws.com", "eu-west-1", "aoss"),
            ("sts.amazonaws.com", "us-east-1", "sts"),
            ("iam.amazonaws.com", "us-east-1", "iam"),
            ("sqs.eu-west-1.api.aws", "eu-west-1", "sqs"),
        ] {
            assert_eq!(Endpoint::of(host), Endpoint { region: Some(region), service: Some(service) }, "{host}");
        }
    }

    #[test]
    fn what_a_host_does_not_say_is_not_made_up() {
        for host in ["a.example", "localhost:9000", "amazonaws.com", "s3.eu-central-1.amazonaws.com.evil.example", ""] {
            assert_eq!(Endpoint::of(host), Endpoint::default(), "{host}");
        }
        for (host, service) in [("example.amazonaws.com", "example"), ("bucket.s3-accelerate.amazonaws.com", "s3")] {
            assert_eq!(Endpoint::of(host), Endpoint { region: None, service: Some(service) });
        }
        assert_eq!(Endpoint::of("eu-west-1.amazonaws.com"), Endpoint { region: Some("eu-west-1"), service: None });
        assert!(
            !["eu-west", "eu-1", "europe-west-1", "s3", "us-east-1a", "us-east-123", "--1"]
                .iter()
                .any(|l| is_region(l))
        );
    }
}
