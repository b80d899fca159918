//! The service's own settings, and what it opens at its start: the keyring.

use chassis::settings::Hidden;
use chassis::{Hold, Opening};
use clap::Args;

use crate::keys::Keyring;

/// Settings of crypto.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "crypto")]
pub struct Settings {
    /// Named keys, which requests use by `keyRef`: a file of JSON, or the JSON itself.
    #[arg(global = true, long, env = "FLOWFORGE_KEYRING", hide_env_values = true, value_name = "FILE|JSON")]
    pub keyring: Option<Hidden>,
}

impl Hold for Keyring {}

/// Reads the keyring.
///
/// # Errors
/// What is wrong with it; no key is quoted.
pub async fn open(opening: Opening<Settings>) -> Result<Keyring, String> {
    Keyring::read(opening.settings.keyring.as_ref())
}
