//! The named templates: how each looks, and what data it takes.

use chassis::{Call, Error, OperationRequest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::letterhead::Letterhead;
use super::{certificate, invoice, letter, receipt, report};

/// A named template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Template {
    /// Invoice, credit note, quote.
    Invoice,
    /// Receipt of a payment.
    Receipt,
    /// Business letter.
    Letter,
    /// Certificate, one page across.
    Certificate,
    /// Table of any rows, with figures and sums.
    #[serde(alias = "report", alias = "table")]
    ReportTable,
}

impl Template {
    /// How it looks.
    pub(crate) fn source(self) -> &'static str {
        match self {
            Self::Invoice => include_str!("templates/invoice.typ"),
            Self::Receipt => include_str!("templates/receipt.typ"),
            Self::Letter => include_str!("templates/letter.typ"),
            Self::Certificate => include_str!("templates/certificate.typ"),
            Self::ReportTable => include_str!("templates/report.typ"),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::Receipt => "receipt",
            Self::Letter => "letter",
            Self::Certificate => "certificate",
            Self::ReportTable => "report",
        }
    }

    /// The data of a template, read and written out.
    pub(crate) fn shown(self, json: &str, head: &Letterhead, call: &Call) -> Result<(String, Option<String>), Error> {
        fn read<T: OperationRequest>(json: &str, call: &Call) -> Result<T, Error> {
            call.read("data", json)
        }
        match self {
            Self::Invoice => head.view(read::<invoice::Invoice>(json, call)?.show(head, call)?),
            Self::Receipt => head.view(read::<receipt::Receipt>(json, call)?.show(head, call)?),
            Self::Letter => head.view(read::<letter::Letter>(json, call)?.show(head, call)?),
            Self::Certificate => head.view(read::<certificate::Certificate>(json, call)?.show(head, call)?),
            Self::ReportTable => head.view(read::<report::Report>(json, call)?.show(head, call)?),
        }
    }
}

/// The data of a template as JSON Schema.
pub(crate) fn schema_of(template: Template) -> serde_json::Value {
    fn schema<T: JsonSchema>() -> serde_json::Value {
        let settings = schemars::generate::SchemaSettings::draft2020_12().for_deserialize();
        settings.into_generator().into_root_schema_for::<T>().to_value()
    }
    match template {
        Template::Invoice => schema::<invoice::Invoice>(),
        Template::Receipt => schema::<receipt::Receipt>(),
        Template::Letter => schema::<letter::Letter>(),
        Template::Certificate => schema::<certificate::Certificate>(),
        Template::ReportTable => schema::<report::Report>(),
    }
}
