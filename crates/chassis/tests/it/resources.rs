//! Resources: several methods on one path, path parameters, and what answers where nothing is.

use std::sync::{Arc, Mutex};

use chassis::testing::{Client, run_examples};
use chassis::{Body, Call, Code, Error, Hold, NoSettings, Opening, Service};
use garde::Validate;
use http::Request;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Which shelf, and which book on it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
struct BookRequest {
    /// The shelf.
    #[garde(length(chars, min = 1, max = 20))]
    shelf: String,
    /// The number of the book.
    #[garde(range(max = 1000))]
    number: u32,
}

#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
struct PutBookRequest {
    #[garde(length(chars, min = 1, max = 20))]
    shelf: String,
    #[garde(range(max = 1000))]
    number: u32,
    /// Its title.
    #[garde(length(chars, min = 1, max = 100))]
    title: String,
}

#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
struct ListBooksRequest {
    #[garde(length(chars, min = 1, max = 20))]
    shelf: String,
    /// How many at most.
    #[serde(default)]
    #[garde(range(max = 10))]
    limit: Option<u32>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
struct Book {
    number: u32,
    title: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Books {
    rows: Vec<Book>,
}

#[derive(Default)]
struct Library(Mutex<Vec<Book>>);

impl Hold for Library {}

fn missing() -> Error {
    Error::new(Code::NotFound, "there is no such book")
}

async fn put(request: PutBookRequest, _: Arc<Call>, library: Arc<Library>) -> Result<Book, Error> {
    let book = Book { number: request.number, title: request.title };
    let mut books = library.0.lock().unwrap();
    books.retain(|known| known.number != book.number);
    books.push(book.clone());
    Ok(book)
}

fn get(request: BookRequest, _: &Call, library: &Library) -> Result<Book, Error> {
    let books = library.0.lock().unwrap();
    books.iter().find(|book| book.number == request.number).cloned().ok_or_else(missing)
}

fn delete(request: BookRequest, _: &Call, library: &Library) -> Result<Book, Error> {
    let mut books = library.0.lock().unwrap();
    let at = books.iter().position(|book| book.number == request.number).ok_or_else(missing)?;
    Ok(books.remove(at))
}

fn list(request: ListBooksRequest, _: &Call, library: &Library) -> Result<Books, Error> {
    let most = request.limit.unwrap_or(10) as usize;
    Ok(Books { rows: library.0.lock().unwrap().iter().take(most).cloned().collect() })
}

fn service() -> Service {
    let example = || BookRequest { shelf: "a b".into(), number: 7 };
    Service::new("books", "Keeps books")
        .holds(|_: Opening<NoSettings>| async { Ok(Library::default()) })
        .call("PUT /shelves/{shelf}/books/{number}", put, |op| {
            op.named("books_put").example(|| PutBookRequest { shelf: "a b".into(), number: 7, title: "Faust".into() })
        })
        .compute("GET /shelves/{shelf}/books/{number}", get, move |op| op.named("books_get").example(example))
        .compute("GET /shelves/{shelf}/books", list, |op| {
            op.named("books_list").example(|| ListBooksRequest { shelf: "a b".into(), limit: Some(2) })
        })
        .compute("DELETE /shelves/{shelf}/books/{number}", delete, move |op| op.named("books_delete").example(example))
        .compute("POST /search", list, |op| op.example(|| ListBooksRequest { shelf: "a".into(), limit: None }))
}

fn send(client: &Client, method: &str, path: &str, body: &str) -> chassis::testing::Answer {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    client.send(request.body(Body::from(body.to_owned())).unwrap())
}

#[test]
fn several_methods_share_a_path() {
    let client = Client::of(service());
    let path = "/api/v1/books/shelves/a%20b/books/7";
    assert_eq!(send(&client, "GET", path, "").status, 404);
    let put = send(&client, "PUT", path, r#"{"title":"Faust"}"#);
    assert_eq!((put.status, &put.json()["title"]), (200, &json!("Faust")));
    assert_eq!(send(&client, "GET", path, "").json()["title"], "Faust");
    let list = send(&client, "GET", "/api/v1/books/shelves/a/books?limit=1", "").json();
    assert_eq!(list["rows"], json!([{ "number": 7, "title": "Faust" }]));
    assert_eq!(send(&client, "DELETE", path, "").status, 200);
    assert_eq!(send(&client, "DELETE", path, "").message(), "there is no such book");
    let metrics = String::from_utf8(client.get("/metrics").body.to_vec()).unwrap();
    for (name, status) in [("books_put", 200), ("books_get", 200), ("books_list", 200), ("books_delete", 404)] {
        let line = format!(r#"http_requests_total{{service="books",operation="{name}",status="{status}"}} 1"#);
        assert!(metrics.contains(&line), "{line}\n{metrics}");
    }
}

#[test]
fn path_parameters_are_fields_like_any_other() {
    let client = Client::of(service());
    let wrong = |path: &str, body: &str| send(&client, "PUT", path, body).message();
    let book = "/api/v1/books/shelves/a/books/";
    assert_eq!(wrong(&format!("{book}x"), r#"{"title":"a"}"#), "number: must be a whole number (you sent text)");
    assert_eq!(wrong(&format!("{book}1001"), r#"{"title":"a"}"#), "number: must be at most 1000");
    assert!(wrong(&format!("{book}7"), r#"{"title":"a","number":8}"#).starts_with("number: "));
    assert_eq!(wrong(&format!("{book}7"), r#"{"titel":"a"}"#), "titel: is not a field here; did you mean title?");
}

#[test]
fn a_wrong_method_says_which_work() {
    let client = Client::of(service());
    let answer = send(&client, "PATCH", "/api/v1/books/shelves/a/books/7", "{}");
    assert_eq!((answer.status, answer.header("allow")), (405, "PUT, GET, DELETE"));
    assert_eq!(answer.message(), "PATCH does not work on /api/v1/books/shelves/a/books/7: use PUT or GET or DELETE");
    let answer = send(&client, "DELETE", "/api/v1/books/search", "{}");
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
    assert_eq!(send(&client, "POST", "/health", "{}").header("allow"), "GET");
}

#[test]
fn a_wrong_path_names_the_nearest() {
    let client = Client::of(service());
    let hint = |path: &str| client.get(path).message();
    assert_eq!(
        hint("/api/v1/books/shelfs/a/books"),
        "there is nothing at /api/v1/books/shelfs/a/books; did you mean /api/v1/books/shelves/{shelf}/books?"
    );
    assert!(
        hint("/api/v1/books/shelves/a/boks/7").ends_with("did you mean /api/v1/books/shelves/{shelf}/books/{number}?")
    );
}

#[test]
fn the_document_has_each_by_its_own_name_and_parameters_in_the_path() {
    let document = service().document();
    let item = &document["paths"]["/api/v1/books/shelves/{shelf}/books/{number}"];
    let ids: Vec<&Value> = ["put", "get", "delete"].iter().map(|method| &item[method]["operationId"]).collect();
    assert_eq!(ids, [&json!("books_books_put"), &json!("books_books_get"), &json!("books_books_delete")]);
    for method in ["put", "get", "delete"] {
        let in_path: Vec<_> = item[method]["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| (parameter["name"].as_str().unwrap(), parameter["required"].as_bool()))
            .collect();
        assert_eq!(in_path, [("shelf", Some(true)), ("number", Some(true))], "{method}");
    }
    let body = &item["put"]["requestBody"]["content"]["application/json"];
    let name = body["schema"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
    let schema = &document["components"]["schemas"][name];
    assert_eq!((&schema["required"], &schema["additionalProperties"]), (&json!(["title"]), &json!(false)));
    assert_eq!(schema["properties"].as_object().unwrap().len(), 1);
    assert_eq!(body["example"], json!({ "title": "Faust" }));
    assert!(item["get"]["requestBody"].is_null());
    let query = &document["paths"]["/api/v1/books/shelves/{shelf}/books"]["get"]["parameters"];
    assert!(query.as_array().unwrap().iter().any(|one| one["name"] == "limit" && one["in"] == "query"));
}

#[test]
fn examples_of_resources_run() {
    run_examples(service());
}

#[test]
#[should_panic(expected = "two operations are called things_name: name one of them with .named()")]
fn two_operations_of_one_name_are_refused() {
    let _ = Service::new("books", "Twice")
        .holds(|_: Opening<NoSettings>| async { Ok(Library::default()) })
        .compute("GET /things/{name}", get, |op| op)
        .compute("DELETE /things/{name}", delete, |op| op);
}

#[test]
#[should_panic(expected = "shelv is no field of the request")]
fn a_path_parameter_that_is_no_field_is_refused() {
    let _ = Service::new("books", "Misspelt")
        .holds(|_: Opening<NoSettings>| async { Ok(Library::default()) })
        .compute("GET /things/{shelv}", get, |op| op)
        .document();
}
