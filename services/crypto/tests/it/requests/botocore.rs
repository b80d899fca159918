//! The same requests signed by botocore, and ours sent to a server that checks them.

use serde_json::{Value, json};

use super::{MAY_2013, SECRET, client_at, done, sign};

const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPf==";

/// Signs what it is told to, with the clock standing.
const SIGNER: &str = "
import datetime, json, sys
import botocore.auth as auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
request = json.load(sys.stdin)
auth.get_current_datetime = lambda: datetime.datetime(2013, 5, 24)
answers = []
for one in request:
    credentials = Credentials(one['accessKeyId'], one['secretAccessKey'], one.get('sessionToken'))
    s3, presigned = one['service'] == 's3', one['presigned']
    names = {(0, 0): 'SigV4Auth', (1, 0): 'S3SigV4Auth', (0, 1): 'SigV4QueryAuth', (1, 1): 'S3SigV4QueryAuth'}
    signer = getattr(auth, names[(s3, presigned)])
    extra = {'expires': one['expiresIn']} if presigned else {}
    signer = signer(credentials, one['service'], one['region'], **extra)
    http = AWSRequest(method=one['method'], url=one['url'], data=one['body'].encode(), headers=one['headers'])
    signer.add_auth(http)
    text = http.url if presigned else http.headers['Authorization']
    answers.append(text.partition('Signature=')[2].partition('&')[0])
json.dump(answers, sys.stdout)
";

/// One of each kind of path, query and headers, for S3 and others, in headers and in the address, with a token or not.
fn requests() -> Vec<Value> {
    let mut requests = Vec::new();
    for (service, host) in
        [("s3", "my.bucket.s3.eu-central-1.amazonaws.com"), ("dynamodb", "dynamodb.eu-central-1.amazonaws.com")]
    {
        for rest in [
            "",
            "/",
            "/a/b.txt",
            "/Grüße aus Köln/ä+b@c:d=e,f;g!h*i'(j)~k",
            "/a//b/",
            "/%E4%BD%A0%20%25",
            "/x?acl",
            "/x?b=2&a=1&b=1&B=&a",
            "/x?prefix=a/b%20c+d&marker=%C3%A4%2B~*'()",
            "/x?u=https://a.example/?b=c%26d",
        ] {
            for (headers, body) in [
                (json!({}), ""),
                (
                    json!({ "Content-Type": "text/plain; charset=utf-8", "X-Amz-Meta-A": "  b   c ", "User-Agent": "me" }),
                    "Grüße",
                ),
            ] {
                // In an address botocore drops all but the first of the same name.
                for presigned in [false, true].into_iter().take(if rest.ends_with("&a") { 1 } else { 2 }) {
                    for token in [None, Some(TOKEN)] {
                        // A body is not signed in an address of S3, and botocore takes any for a form in one.
                        let body = if presigned { "" } else { body };
                        let mut one = json!({
                            "method": if body.is_empty() { "GET" } else { "PUT" }, "url": format!("https://{host}{rest}"),
                            "headers": headers, "body": body, "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
                            "secretAccessKey": SECRET, "region": "eu-central-1", "service": service,
                            "presigned": presigned,
                        });
                        if let Some(token) = token {
                            one["sessionToken"] = json!(token);
                        }
                        if presigned {
                            one["expiresIn"] = json!(900);
                        }
                        requests.push(one);
                    }
                }
            }
        }
    }
    requests
}

#[test]
fn botocore_makes_the_same_signatures() {
    let client = client_at(MAY_2013);
    let mut requests = requests();
    let mut signatures = Vec::new();
    for one in &mut requests {
        let mut ours = one.clone();
        if ours["body"] == "" {
            ours.as_object_mut().unwrap().remove("body");
        }
        signatures.push(done(&sign(&client, &ours))["signature"].clone());
        // botocore takes an address as it is sent: the one we say is to be called.
        for name in ["presigned", "expiresIn"] {
            ours.as_object_mut().unwrap().remove(name);
        }
        one["url"] = done(&sign(&client, &ours))["url"].clone();
    }
    let Some(theirs) = chassis::testing::python("s3", SIGNER, &Value::Array(requests.clone())) else { return };
    let theirs = theirs.as_array().unwrap();
    assert_eq!((theirs.len(), signatures.len()), (152, 152));
    for ((request, ours), theirs) in requests.iter().zip(&signatures).zip(theirs) {
        assert_eq!(ours, theirs, "{request}");
    }
}

/// moto with its checks of signatures on. The requests come signed for the real hosts, and are sent to it under their names.
const SERVER: &str = "
import http.client, json, sys, boto3
from moto.server import ThreadedMotoServer
from moto.iam.models import iam_backends
request = json.load(sys.stdin)
server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
server.start()
port = server.get_host_and_port()[1]
def client(name):
    return boto3.client(name, endpoint_url=f'http://127.0.0.1:{port}', region_name='us-east-1', aws_access_key_id='x',
                        aws_secret_access_key='y')
client('s3').create_bucket(Bucket='files')
client('iam').create_user(UserName='ann')
everything = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}]}
client('iam').put_user_policy(UserName='ann', PolicyName='all', PolicyDocument=json.dumps(everything))
client('iam').create_access_key(UserName='ann')
key = iam_backends['123456789012']['aws'].users['ann'].access_keys[0]
key.access_key_id, key.secret_access_key = request['id'], request['secret']
def send(method, target, headers, body):
    connection = http.client.HTTPConnection('127.0.0.1', port)
    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    if body:
        connection.putheader('Content-Length', str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    return {'status': answer.status, 'body': answer.read().decode()}
send('POST', '/moto-api/reset-auth', {'Host': 'motoapi.amazonaws.com'}, b'0')
answers = [send(one['method'], one['target'], one['headers'], one['body'].encode()) for one in request['requests']]
server.stop()
json.dump(answers, sys.stdout)
";

#[test]
fn a_server_takes_what_we_sign() {
    let client = client_at(MAY_2013);
    let host = "s3.us-east-1.amazonaws.com";
    let make = |method: &str, rest: &str, body: &str, secret: &str| {
        let mut request = json!({
            "method": method, "url": format!("https://{host}{rest}"), "headers": { "X-Amz-Meta-From": "a   b" },
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": secret,
        });
        if !body.is_empty() {
            request["body"] = json!(body);
        }
        let signed = done(&sign(&client, &request));
        let mut headers = signed["headers"].clone();
        headers["X-Amz-Meta-From"] = json!("a   b");
        let target = signed["url"].as_str().unwrap().strip_prefix(&format!("https://{host}")).unwrap().to_owned();
        json!({ "method": method, "target": target, "headers": headers, "body": body })
    };
    let requests = [
        make("PUT", "/files/Grüße & mehr (1).txt", "Moin", SECRET),
        make("GET", "/files/Grüße & mehr (1).txt", "", SECRET),
        make("GET", "/files?list-type=2&prefix=Gr%C3%BC&delimiter=/", "", SECRET),
        make("GET", "/files/Grüße & mehr (1).txt", "", "another secret"),
    ];
    let request = json!({ "id": "AKIAIOSFODNN7EXAMPLE", "secret": SECRET, "requests": requests });
    let Some(answers) = chassis::testing::python("s3", SERVER, &request) else { return };
    let statuses: Vec<_> = answers.as_array().unwrap().iter().map(|answer| answer["status"].clone()).collect();
    assert_eq!(statuses, [200, 200, 200, 403], "{answers}");
    assert_eq!(answers[1]["body"], "Moin");
    assert!(answers[2]["body"].as_str().unwrap().contains("<Key>Gr"), "{answers}");
    assert!(answers[3]["body"].as_str().unwrap().contains("SignatureDoesNotMatch"), "{answers}");
}
