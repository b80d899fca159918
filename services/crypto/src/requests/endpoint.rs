//! AWS hosts: the region and service they imply for a signature.
//!
//! Nearly all are `service.region.amazonaws.com`, preceded by an id, an account or a bucket. The service name for
//! signing is not always that of the host.

/// Services whose signatures have another name than the last label of their hosts, or the last two: all those of the
/// endpoints and signing names in botocore 1.43, and some that it does not call (`data.iot`, `lambda-url`, `queue` and the
/// like). Two labels come before one.
const SIGNED_AS: [(&str, &str); 64] = [
    ("api.iot-tunneling", "IoTSecuredTunneling"),
    ("ats.iot", "iotdata"),
    ("data.iotevents", "ioteventsdata"),
    ("jobs.iot", "iot-jobs-data"),
    ("maps.geo", "geo-maps"),
    ("participant.connect", "execute-api"),
    ("places.geo", "geo-places"),
    ("portal.sso", "awsssoportal"),
    ("routes.geo", "geo-routes"),
    ("sms-voice.pinpoint", "sms-voice"),
    ("tunneling.iot", "IoTSecuredTunneling"),
    ("agreement-marketplace", "aws-marketplace"),
    ("aos", "es"),
    ("appconfigdata", "appconfig"),
    ("appstream2", "appstream"),
    ("appsync-api", "appsync"),
    ("arc-recovery-control-config", "route53-recovery-control-config"),
    ("bedrock-agent", "bedrock"),
    ("bedrock-agent-runtime", "bedrock"),
    ("bedrock-agentcore-control", "bedrock-agentcore"),
    ("bedrock-data-automation", "bedrock"),
    ("bedrock-data-automation-runtime", "bedrock"),
    ("bedrock-runtime", "bedrock"),
    ("cassandra-streams", "cassandra"),
    ("catalog-marketplace", "aws-marketplace"),
    ("cloudhsmv2", "cloudhsm"),
    ("cloudsearchdomain", "cloudsearch"),
    ("contact-lens", "connect"),
    ("data-signer", "signer"),
    ("deployment-marketplace", "aws-marketplace"),
    ("discovery-marketplace", "aws-marketplace"),
    ("efs", "elasticfilesystem"),
    ("email", "ses"),
    ("entitlement-marketplace", "aws-marketplace"),
    ("forecastquery", "forecast"),
    ("identity-chime", "chime"),
    ("ivsrealtime", "ivs"),
    ("kafka-api", "kafka"),
    ("lambda-url", "lambda"),
    ("mail-manager", "ses"),
    ("marketplace", "aws-marketplace"),
    ("media-pipelines-chime", "chime"),
    ("meetings-chime", "chime"),
    ("memory-db", "memorydb"),
    ("messaging-chime", "chime"),
    ("metering-marketplace", "aws-marketplace"),
    ("migrationhub-config", "mgh"),
    ("models-v2-lex", "lex"),
    ("neptune", "neptune-db"),
    ("oidc", "sso-oauth"),
    ("personalize-events", "personalize"),
    ("personalize-runtime", "personalize"),
    ("pinpoint", "mobiletargeting"),
    ("queue", "sqs"),
    ("reporting-marketplace", "aws-marketplace"),
    ("runtime-v2-lex", "lex"),
    ("s3-accelerate", "s3"),
    ("s3-accesspoint", "s3"),
    ("s3-control", "s3"),
    ("servicecatalog-appregistry", "servicecatalog"),
    ("streams-dynamodb", "dynamodb"),
    ("timestream-ingest", "timestream"),
    ("timestream-query", "timestream"),
    ("voice-chime", "chime"),
];
/// Services whose hosts have the region before them: `id.region.es.amazonaws.com`.
const BEHIND_REGION: [&str; 8] =
    ["aoss", "cloudsearch", "elasticmapreduce", "es", "neptune", "neptune-graph", "osis", "queue"];

/// Services of all regions, whose signatures name this one.
const GLOBAL: [&str; 11] =
    ["budgets", "cloudfront", "health", "iam", "organizations", "route53", "s3", "savingsplans", "sdb", "sts", "waf"];
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
        let ends = [
            ".api.amazonwebservices.com.cn",
            ".api.amazonwebservices.eu",
            ".amazonaws.com.cn",
            ".amazonaws.com",
            ".amazonaws.eu",
            ".api.aws",
            ".on.aws",
        ];
        let Some((name, end)) = ends.iter().find_map(|end| Some((host.strip_suffix(end)?, *end))) else {
            return Self::default();
        };
        let labels: Vec<&str> = name.split('.').collect();
        if let Some(endpoint) = Self::of_all_regions(&labels, end) {
            return endpoint;
        }
        let Some(place) = labels.iter().rposition(|label| is_region(label)) else {
            return Self { region: None, service: service_of(&labels) };
        };
        let before = match labels[..place].split_last() {
            Some((&"dualstack", before)) => before,
            _ => &labels[..place],
        };
        let service = match labels[place + 1..] {
            [] | ["vpce" | "us-gov"] => service_of(before),
            [behind] if BEHIND_REGION.contains(&behind) => service_of(&[behind]),
            _ => None,
        };
        Self { region: Some(labels[place]), service }
    }

    /// Of a host that ends in a service, where what looks like a region may be part of a bucket's name.
    fn of_all_regions(labels: &[&'h str], end: &str) -> Option<Self> {
        let (&last, before) = labels.split_last()?;
        // Other partitions have other regions for them.
        let global_region = (end == ".amazonaws.com" || last == "global" && end == ".api.aws").then_some(GLOBAL_REGION);
        if let Some(region) = last.strip_prefix("s3-").filter(|rest| is_region(rest)) {
            return Some(Self { region: Some(region), service: Some("s3") });
        }
        match last {
            "global" => Some(Self { region: global_region, service: service_of(before) }),
            "us-gov" if before.len() == 1 => Some(Self { region: Some("us-gov-west-1"), service: service_of(before) }),
            "s3-accelerate" => Some(Self { region: None, service: Some("s3") }),
            _ if GLOBAL.contains(&last) => Some(Self { region: global_region, service: Some(last) }),
            _ => None,
        }
    }
}

/// The service that the labels before a region name: the last of them, or the last two.
fn service_of<'h>(labels: &[&'h str]) -> Option<&'h str> {
    let (last, before) = labels.split_last()?;
    let last = last.strip_suffix("-fips").unwrap_or(last);
    let two = before.last().map(|label| format!("{label}.{last}"));
    let is = |name: &str| name == last || two.as_deref() == Some(name);
    match SIGNED_AS.iter().find(|(name, _)| is(name)) {
        Some((_, signed)) => Some(signed),
        // Every account has a host of its own for the data of its things.
        None if last == "iot" && before.last().is_some_and(|label| !label.starts_with("vpce-")) => Some("iotdata"),
        // A service of somebody else, behind a private link.
        None if last.starts_with("vpce-") => None,
        None => Some(last),
    }
}

/// `eu-central-1`, `us-gov-west-1`, `eusc-de-east-1`.
fn is_region(label: &str) -> bool {
    let mut parts = label.split('-');
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase());
    let digits = |part: &str| !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let area = parts.next().is_some_and(|area| area == "eusc" || area.len() == 2 && letters(area));
    let number = parts.next_back().is_some_and(digits);
    let mut between = parts.peekable();
    area && number && between.peek().is_some() && between.all(|part| part.len() >= 2 && letters(part))
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
            ("a1b2.iot.us-east-1.amazonaws.com", "us-east-1", "iotdata"),
            ("a1b2-ats.iot.us-east-1.amazonaws.com", "us-east-1", "iotdata"),
            ("a1b2.jobs.iot.us-east-1.amazonaws.com", "us-east-1", "iot-jobs-data"),
            ("iot.us-east-1.amazonaws.com", "us-east-1", "iot"),
            ("vpce-1.s3.us-east-1.vpce.amazonaws.com", "us-east-1", "s3"),
            ("bucket.vpce-1-abc.s3.us-east-1.vpce.amazonaws.com", "us-east-1", "s3"),
            ("vpce-1-abc-us-east-1a.execute-api.us-east-1.vpce.amazonaws.com", "us-east-1", "execute-api"),
            ("vpce-1.iot.us-east-1.vpce.amazonaws.com", "us-east-1", "iot"),
            ("123456789012.s3-control-fips.us-east-1.amazonaws.com", "us-east-1", "s3"),
            ("sms-voice.pinpoint.us-east-1.amazonaws.com", "us-east-1", "sms-voice"),
            ("x.eu-west-1.s3.amazonaws.com", "us-east-1", "s3"),
            ("x.eu-west-1.s3-us-west-2.amazonaws.com", "us-west-2", "s3"),
            ("s3.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", "s3"),
            ("sqs.cn-north-1.api.amazonwebservices.com.cn", "cn-north-1", "sqs"),
            ("iam.us-gov.amazonaws.com", "us-gov-west-1", "iam"),
            ("routes.geo-fips.us-gov-west-1.us-gov.api.aws", "us-gov-west-1", "geo-routes"),
            ("c.cluster-1.us-east-1.neptune.amazonaws.com", "us-east-1", "neptune-db"),
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

    /// Hosts of all services in one region and of all, as botocore 1.43 calls and signs them.
    #[test]
    fn hosts_of_botocore() {
        let hosts = include_str!("../../tests/data/aws-hosts.txt");
        for line in hosts.lines() {
            let [host, region, service] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            assert_eq!(Endpoint::of(host), Endpoint { region: Some(region), service: Some(service) }, "{host}");
        }
        assert!(hosts.lines().count() > 500);
    }

    #[test]
    fn what_a_host_does_not_say_is_not_made_up() {
        for host in ["a.example", "localhost:9000", "amazonaws.com", "s3.eu-central-1.amazonaws.com.evil.example", ""] {
            assert_eq!(Endpoint::of(host), Endpoint::default(), "{host}");
        }
        for (host, service) in [
            ("example.amazonaws.com", "example"),
            ("bucket.s3-accelerate.amazonaws.com", "s3"),
            ("x.eu-west-1.s3-accelerate.amazonaws.com", "s3"),
            // Not of the region that services of all regions have elsewhere.
            ("iam.amazonaws.com.cn", "iam"),
            ("iam.global.api.amazonwebservices.com.cn", "iam"),
        ] {
            assert_eq!(Endpoint::of(host), Endpoint { region: None, service: Some(service) });
        }
        for host in ["vpce-1.vpce-svc-2.eu-west-1.vpce.amazonaws.com", "x.eu-west-1.elb.amazonaws.com"] {
            assert_eq!(Endpoint::of(host), Endpoint { region: Some("eu-west-1"), service: None }, "{host}");
        }
        assert_eq!(Endpoint::of("eu-west-1.amazonaws.com"), Endpoint { region: Some("eu-west-1"), service: None });
        assert!(
            !["eu-west", "eu-1", "europe-west-1", "s3", "us-east-1a", "us-east-123", "--1"]
                .iter()
                .any(|l| is_region(l))
        );
    }
}
