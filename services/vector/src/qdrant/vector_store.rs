//! The trait of stores, for Qdrant: each function finds the logical collection and asks for it.

use std::collections::HashMap;
use std::path::PathBuf;

use chassis::Call;

use super::filters::of_filter;
use super::names::point_id;
use super::points::{self, with_payload, with_vectors};
use super::store::Qdrant;
use crate::filter::Filter;
use crate::filter::remarks::remarks;
use crate::store::{
    Change, Changed, Deleted, Facet, Found, Info, Page, Paging, Parts, PayloadChange, Pending, Remark, Search,
    Selection, Spec, Stored, VectorStore,
};
use crate::tenant::Tenant;

impl VectorStore for Qdrant {
    fn create<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, spec: Spec) -> Pending<'a, Info> {
        Box::pin(self.0.create(call, tenant, spec))
    }

    fn list<'a>(&'a self, call: &'a Call, tenant: &'a Tenant) -> Pending<'a, Vec<Info>> {
        Box::pin(async move {
            let mut all = Vec::new();
            for head in self.0.registry.list(&self.0.server, tenant, false).await? {
                all.push(self.0.info(head, call.now().as_microsecond()).await?);
            }
            Ok(all)
        })
    }

    fn get<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str) -> Pending<'a, Info> {
        Box::pin(async move {
            let head = self.0.registry.find(&self.0.server, tenant, name).await?;
            self.0.info(head, call.now().as_microsecond()).await
        })
    }

    fn spec<'a>(&'a self, _call: &'a Call, tenant: &'a Tenant, name: &'a str) -> Pending<'a, Spec> {
        Box::pin(async move { Ok(self.0.registry.find(&self.0.server, tenant, name).await?.spec) })
    }

    fn rename<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str, new: &'a str) -> Pending<'a, Info> {
        Box::pin(self.0.rename(call, tenant, name, new))
    }

    fn remove<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str) -> Pending<'a, u64> {
        Box::pin(self.0.remove(call, tenant, name))
    }

    fn change<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str, change: Change) -> Pending<'a, Changed> {
        Box::pin(self.0.change(call, tenant, name, change))
    }

    fn delete<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        which: Selection,
    ) -> Pending<'a, Deleted> {
        Box::pin(self.0.delete(call, tenant, name, which))
    }

    fn payload<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        which: Selection,
        change: PayloadChange,
    ) -> Pending<'a, u64> {
        Box::pin(self.0.payload(call, tenant, name, which, change))
    }

    fn retrieve<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        ids: Vec<String>,
        parts: Parts,
    ) -> Pending<'a, Vec<Stored>> {
        Box::pin(async move {
            let head = self.0.registry.find(&self.0.server, tenant, name).await?;
            let now = call.now().as_microsecond();
            let asked = ids.iter().map(|id| point_id(&head.uid, id)).collect();
            let found = self.0.server.get(&head.shared, asked, with_payload(parts), with_vectors(parts.vector)).await?;
            let alive = found.into_iter().filter_map(|point| points::read(point, parts));
            let by_id: HashMap<String, Stored> = alive
                .filter(|point| point.expires.is_none_or(|at| at > now))
                .map(|point| (point.id.clone(), point))
                .collect();
            Ok(ids.iter().filter_map(|id| by_id.get(id).cloned()).collect())
        })
    }

    fn scroll<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        filter: Filter,
        parts: Parts,
        paging: Paging,
    ) -> Pending<'a, Page> {
        Box::pin(async move {
            let head = self.0.registry.find(&self.0.server, tenant, name).await?;
            let (points, next) = self.0.page(&head, &filter, parts, &paging, call.now().as_microsecond()).await?;
            let remarks = if filter.is_empty() { Vec::new() } else { remarks(&filter, &head)? };
            Ok(Page { points, next, remarks })
        })
    }

    fn count<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        filter: Filter,
    ) -> Pending<'a, (u64, Vec<Remark>)> {
        Box::pin(async move {
            let head = self.0.registry.find(&self.0.server, tenant, name).await?;
            let kept = of_filter(&head.uid, &filter, call.now().as_microsecond());
            Ok((self.0.server.count(&head.shared, kept).await?, remarks(&filter, &head)?))
        })
    }

    fn facet<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        key: &'a str,
        filter: Filter,
        limit: usize,
    ) -> Pending<'a, Facet> {
        Box::pin(async move { self.0.facet(call, tenant, name, key, &filter, limit).await })
    }

    fn search<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str, search: Search) -> Pending<'a, Found> {
        Box::pin(self.0.search(call, tenant, name, search))
    }

    fn dump<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str, file: PathBuf) -> Pending<'a, u64> {
        Box::pin(self.0.dump(call, tenant, name, file))
    }

    fn replace<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, staged: &'a str, name: &'a str) -> Pending<'a, Info> {
        Box::pin(self.0.replace(call, tenant, staged, name))
    }

    fn name(&self) -> &'static str {
        "qdrant"
    }

    fn check(&self) -> Pending<'_, ()> {
        Box::pin(self.0.server.check())
    }

    fn close(&self) {}
}
