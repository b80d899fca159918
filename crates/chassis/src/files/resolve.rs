//! Names to addresses, for the connections of a fetch: addresses that may not be connected to are left out here, after
//! the lookup and before the connection, so that nothing can change in between.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;
use url::{Host, Url};

use super::address::{Reach, is_closed, is_metadata_name};
use super::fetch::{Fault, brief, shown, unreachable};

/// Names looked up at once. The system's resolver holds a thread for each and cannot be interrupted.
const MAX_LOOKUPS: usize = 64;

/// The addresses of a name.
pub(crate) type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// Judges hosts and looks them up.
#[derive(Clone)]
pub(super) struct Resolver {
    reach: Reach,
    lookup: Lookup,
    places: Arc<Semaphore>,
}

impl Resolver {
    pub(super) fn new(reach: Reach, lookup: Lookup) -> Self {
        Self { reach, lookup, places: Arc::new(Semaphore::new(MAX_LOOKUPS)) }
    }

    /// Judges the host of a URL. An address is judged here, in whatever spelling it was written: `Url` holds it in its
    /// one form, and no resolver is asked about it. What a name leads to is judged when it is looked up.
    pub(super) fn admit(&self, url: &Url) -> Result<(), Fault> {
        let address: IpAddr = match url.host() {
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
            Some(Host::Domain(name)) if is_metadata_name(name) => return Err(closed(url)),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        if self.reach.permits(None, address) {
            return Ok(());
        }
        Err(if is_closed(address) { closed(url) } else { not_public(&shown(url)) })
    }

    async fn addresses(self, name: &str) -> Result<Vec<IpAddr>, Fault> {
        let unsaid = || unreachable(format!("{} cannot be looked up right now", brief(name)));
        let place = self.places.acquire_owned().await.map_err(|_| unsaid())?;
        let lookup = (self.lookup)(name.to_owned());
        // The place is free when the lookup has ended, not when nobody waits for it any more.
        let found = tokio::spawn(async move { (lookup.await, place).0 }).await;
        // A name that is not there and one that leads inside are told apart by nobody: who asks learns no names.
        let mut addresses = match found.map_err(|_| unsaid())? {
            Ok(addresses) => addresses,
            Err(problem) if is_passing(&problem) => return Err(unsaid()),
            Err(_) => Vec::new(),
        };
        addresses.retain(|address| self.reach.permits(Some(name), *address));
        if addresses.is_empty() { Err(not_public(&brief(name))) } else { Ok(addresses) }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let addresses = resolver.addresses(name.as_str()).await?;
            // The port is that of the URL.
            Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// Asks the system.
pub(super) fn system(name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
    Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect()) })
}

/// Whether a lookup failed in a way that says nothing of the name (EAI_AGAIN).
fn is_passing(problem: &io::Error) -> bool {
    problem.to_string().contains("Temporary failure")
}

fn not_public(host: &str) -> Fault {
    Fault::Refused(format!(
        "leads to {host}, where no public address was found: check the spelling, send the file itself, or open your own \
         network with FLOWFORGE_FETCH_ALLOW"
    ))
}

fn closed(url: &Url) -> Fault {
    Fault::Refused(format!("leads to {}, which is closed for good: clouds give out credentials there", shown(url)))
}
