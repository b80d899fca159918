//! The crypto service: request in, response out.

mod derive;
mod hash;
mod hmac;
mod random;

#[test]
fn every_example_runs() {
    chassis::testing::run_examples(crypto::service);
}
