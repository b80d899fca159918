//! The crypto service: request in, response out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "what is skipped, and how much is refused, is to be seen")]

mod derive;
mod encryption;
mod hash;
mod hmac;
mod jose_rfc;
mod jwe;
mod jwt;
mod jwt_keys;
mod keys;
mod node;
mod otp;
mod passwords;
mod purpose;
mod random;
mod requests;
mod signature;
mod webhooks;
mod wycheproof;
mod wycheproof_jose;

use chassis::testing::Client;
use chassis::{Clock, Settings};

fn service() -> chassis::Service {
    crypto::service()
}

/// The service with a clock of the test's.
fn client_at(clock: Clock) -> Client {
    Client::started(service(), Settings::default(), clock, &[])
}

/// The service with named keys.
fn client_with_keys(keyring: &str, clock: Clock) -> Client {
    Client::started(service(), Settings::default(), clock, &["--keyring", keyring])
}

#[test]
fn every_example_runs() {
    chassis::testing::run_examples(service());
}
