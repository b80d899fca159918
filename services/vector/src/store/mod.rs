//! What a store of vectors does, whichever keeps them.
//!
//! Two stores behind one trait: the embedded one (`embedded/`) and Qdrant (`qdrant/`). What can be said once is said outside of
//! them, so that both answer alike: filters (`filter/`), weights of words (`text/bm25.rs`), fusion (`fusion.rs`). Every
//! function wants a [`Tenant`], which only a call makes: a store cannot be asked for another's.

mod types;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

use chassis::{Call, Code, Error};

use crate::filter::Filter;
use crate::tenant::Tenant;
pub use types::{
    Change, Changed, Deleted, Distance, Facet, FacetValue, Found, Hit, IndexKind, Info, Model, Page, Paging, Parts,
    PayloadChange, Point, Remark, Search, Selection, Spec, Stored,
};

/// What the names of staged collections begin with, and no other's can.
pub const STAGED: char = '.';

/// What is answered later.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Keeps collections of points.
pub trait VectorStore: Send + Sync + 'static {
    /// Makes a collection.
    fn create<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, spec: Spec) -> Pending<'a, Info>;

    /// The tenant's collections, by name.
    fn list<'a>(&'a self, call: &'a Call, tenant: &'a Tenant) -> Pending<'a, Vec<Info>>;

    /// A collection.
    fn get<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str) -> Pending<'a, Info>;

    /// What a collection was made with, and nothing that takes counting.
    fn spec<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str) -> Pending<'a, Spec>;

    /// Gives a collection another name.
    fn rename<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str, new: &'a str) -> Pending<'a, Info>;

    /// Deletes a collection; the number of points it had.
    fn remove<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str) -> Pending<'a, u64>;

    /// Removes points and puts others in, in one step.
    fn change<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str, change: Change) -> Pending<'a, Changed>;

    /// Deletes points.
    fn delete<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        which: Selection,
    ) -> Pending<'a, Deleted>;

    /// Changes payloads; the number of points.
    fn payload<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        which: Selection,
        change: PayloadChange,
    ) -> Pending<'a, u64>;

    /// Points by their ids, in that order; those that are not there are left out.
    fn retrieve<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        ids: Vec<String>,
        parts: Parts,
    ) -> Pending<'a, Vec<Stored>>;

    /// Points by the page.
    fn scroll<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        filter: Filter,
        parts: Parts,
        paging: Paging,
    ) -> Pending<'a, Page>;

    /// Number of points a filter keeps, and what to tell of it.
    fn count<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        filter: Filter,
    ) -> Pending<'a, (u64, Vec<Remark>)>;

    /// Values of a field and how many points have each.
    fn facet<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        key: &'a str,
        filter: Filter,
        limit: usize,
    ) -> Pending<'a, Facet>;

    /// Searches.
    fn search<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str, search: Search) -> Pending<'a, Found>;

    /// Writes all points of a collection to a file, as snapshots have them; their number.
    fn dump<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str, file: PathBuf) -> Pending<'a, u64>;

    /// Gives a staged collection a name, in the place of the one that has it. The points of staged collections, whose names
    /// begin with [`STAGED`], count for no plan before this; here they are counted.
    fn replace<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, staged: &'a str, name: &'a str) -> Pending<'a, Info>;

    /// What it is called: `embedded` or `qdrant`.
    fn name(&self) -> &'static str;

    /// How it is: an error when it does not answer.
    fn check(&self) -> Pending<'_, ()>;

    /// Ends what must not be cut off.
    fn close(&self);
}

/// There is no collection of that name, as far as the caller may know.
pub(crate) fn missing(name: &str) -> Error {
    Error::field(Code::NotFound, "collection", format!("there is no collection {name}"))
}

/// There is one already.
pub(crate) fn taken(name: &str) -> Error {
    Error::field(Code::Conflict, "name", format!("there is a collection {name} already"))
}
