//! What a store of vectors does, whichever keeps them.
//!
//! Two stores behind one trait: the embedded one (`embedded/`) and Qdrant (`qdrant/`). What can be said once is said outside of
//! them, so that both answer alike: filters (`filter/`), weights of words (`text/bm25.rs`), fusion (`fusion.rs`). Every
//! function wants a [`Tenant`], which only a call makes: a store cannot be asked for another's.

mod types;

use std::future::Future;
use std::pin::Pin;

use chassis::{Call, Error};

use crate::filter::Filter;
use crate::tenant::Tenant;
pub use types::{
    Change, Changed, Deleted, Distance, Facet, FacetValue, Found, Hit, IndexKind, Info, Model, Page, Paging, Parts,
    PayloadChange, Point, Remark, Search, Selection, Spec, Stored,
};

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

    /// How it is: an error when it does not answer.
    fn check(&self) -> Pending<'_, ()>;

    /// Ends what must not be cut off.
    fn close(&self);
}
