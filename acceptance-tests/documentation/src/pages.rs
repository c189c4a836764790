//! The pages: one for the provider, and one for each resource, data source, list resource and function.

use std::fs;
use std::path::{Path, PathBuf};

use terraform_provider_gallery::plugin::function::{Parameter, Signature};
use terraform_provider_gallery::plugin::schema::IdentitySchema;
use terraform_provider_gallery::plugin::{Function, Provider, Schema};

use super::front_matter::front_matter;
use super::{Error, examples, schema_section, words};

/// The provider's name, the prefix of its types.
const PROVIDER: &str = "gallery";
/// The folder of the text that a schema cannot have.
const PROSE: &str = "acceptance-tests/documentation/prose";

/// All pages, by their path under `docs`.
///
/// # Errors
/// If an example is missing, or a file cannot be read.
pub(crate) fn all(provider: &dyn Provider, root: &Path) -> Result<Vec<(PathBuf, String)>, Error> {
    let mut pages = vec![(PathBuf::from("index.md"), index(provider, root)?)];
    for resource in provider.resources() {
        let page = Page::resource(resource.type_name());
        let import = import(root, &page, resource.identity_schema())?;
        pages.push((page.path(), page.of_schema(root, &resource.schema(), &import)?));
    }
    for source in provider.data_sources() {
        let page = Page::data_source(source.type_name());
        pages.push((page.path(), page.of_schema(root, &source.schema(), "")?));
    }
    for list in provider.list_resources() {
        let page = Page::list_resource(list.type_name());
        pages.push((page.path(), page.of_schema(root, &list.schema(), "")?));
    }
    for function in provider.functions() {
        let page = Page::function(function.name());
        pages.push((page.path(), page.of_function(root, function.as_ref())?));
    }
    Ok(pages)
}

/// The subject of a page.
struct Page {
    /// Its name in the title.
    name: &'static str,
    /// The name of its file.
    short: &'static str,
    /// `Resource`, with the folder of its page and of its examples, and the name and ending of these.
    kind: &'static str,
    folder: &'static str,
    example: (&'static str, &'static str),
}

impl Page {
    fn resource(name: &'static str) -> Self {
        Self { name, short: short(name), kind: "Resource", folder: "resources", example: ("resource", ".tf") }
    }

    fn data_source(name: &'static str) -> Self {
        Self {
            name,
            short: short(name),
            kind: "Data Source",
            folder: "data-sources",
            example: ("data-source", ".tf"),
        }
    }

    fn list_resource(name: &'static str) -> Self {
        let example = ("list-resource", ".tfquery.hcl");
        Self { name, short: short(name), kind: "List Resource", folder: "list-resources", example }
    }

    fn function(name: &'static str) -> Self {
        Self { name, short: name, kind: "function", folder: "functions", example: ("function", ".tf") }
    }

    fn path(&self) -> PathBuf {
        Path::new(self.folder).join(format!("{}.md", self.short))
    }

    fn examples(&self, root: &Path) -> Result<String, Error> {
        let what = format!("{} {}", self.kind.to_lowercase(), self.name);
        examples::configuration(root, &format!("{}/{}", self.folder, self.name), self.example, &what)
    }

    fn prose(&self, root: &Path) -> Result<String, Error> {
        prose(root, &self.path())
    }

    /// The prose about a function's result, after an empty line.
    fn result(&self, root: &Path) -> Result<String, Error> {
        let prose = self.prose(root)?;
        Ok(if prose.is_empty() { prose } else { format!("\n{}\n", prose.trim_end()) })
    }

    fn of_schema(&self, root: &Path, schema: &Schema, import: &str) -> Result<String, Error> {
        let description = schema.block.description.trim();
        let title = format!("{} {} - {PROVIDER}", self.name, self.kind);
        Ok(format!(
            "{}\n# {} ({})\n\n{description}\n\n{}## Example Usage\n\n{}\n{}{import}",
            front_matter(&title, Some(""), description),
            self.name,
            self.kind,
            self.prose(root)?,
            self.examples(root)?,
            schema_section::section(&schema.block),
        ))
    }

    fn of_function(&self, root: &Path, function: &dyn Function) -> Result<String, Error> {
        let signature = function.signature();
        let title = format!("{} function - {PROVIDER}", self.name);
        Ok(format!(
            "{}\n# function: {}\n\n{}\n\n## Example Usage\n\n{}\n{}{}",
            front_matter(&title, Some(""), signature.summary),
            self.name,
            signature.description.trim(),
            self.examples(root)?,
            call(self.name, &signature),
            self.result(root)?,
        ))
    }
}

/// A type without the provider's name.
fn short(name: &'static str) -> &'static str {
    name.strip_prefix(PROVIDER).and_then(|rest| rest.strip_prefix('_')).unwrap_or(name)
}

fn index(provider: &dyn Provider, root: &Path) -> Result<String, Error> {
    let block = provider.schema().block;
    let description = block.description.trim();
    Ok(format!(
        "{}\n# {PROVIDER} Provider\n\n{description}\n\n{}## Example Usage\n\n{}\n{}",
        front_matter(&format!("Provider: {PROVIDER}"), None, description),
        prose(root, Path::new("index.md"))?,
        examples::configuration(root, "provider", ("provider", ".tf"), "the provider")?,
        schema_section::section(&block),
    ))
}

/// The prose of this page, with an empty line after it.
fn prose(root: &Path, page: &Path) -> Result<String, Error> {
    let path = Path::new(PROSE).join(page);
    match fs::read_to_string(root.join(&path)) {
        Ok(text) => Ok(format!("{}\n\n", text.replace("\r\n", "\n").trim())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Error::File { path, error }),
    }
}

/// How to import a resource, as far as there are examples.
fn import(root: &Path, page: &Page, identity: Option<IdentitySchema>) -> Result<String, Error> {
    let folder = Path::new("examples").join(page.folder).join(page.name);
    let mut text = String::new();
    if let Some(identity) = &identity
        && let Some(block) = examples::optional(root, &folder.join("import-by-identity.tf"), "terraform")?
    {
        text.push_str(&format!(
            "\nWith Terraform 1.12 or newer, an [`import` block](https://developer.hashicorp.com/terraform/language/import) \
             takes the `identity`:\n\n{block}\n### Identity Schema\n{}",
            schema_section::identity(identity)
        ));
    }
    if let Some(block) = examples::optional(root, &folder.join("import-by-string-id.tf"), "terraform")? {
        text.push_str(&format!(
            "\nWith Terraform 1.5 or newer, an [`import` block](https://developer.hashicorp.com/terraform/language/import) \
             takes the `id`:\n\n{block}"
        ));
    }
    if let Some(block) = examples::optional(root, &folder.join("import.sh"), "shell")? {
        text.push_str(&format!(
            "\nThe command [`terraform import`](https://developer.hashicorp.com/terraform/cli/commands/import) takes it \
             too:\n\n{block}"
        ));
    }
    Ok(if text.is_empty() { text } else { format!("\n## Import\n{text}") })
}

/// How to call a function, its arguments and its result.
fn call(name: &str, signature: &Signature) -> String {
    let parameters = signature
        .parameters
        .iter()
        .map(|parameter| format!("{} {}", parameter.name, words::of_type(&parameter.kind).to_lowercase()));
    let variadic = signature
        .variadic
        .iter()
        .map(|parameter| format!("{} {}...", parameter.name, words::of_type(&parameter.kind).to_lowercase()));
    let list = parameters.chain(variadic).collect::<Vec<_>>().join(", ");
    let mut text = format!(
        "## Signature\n\n```text\n{name}({list}) {}\n```\n\n## Arguments\n\n",
        words::of_type(&signature.result).to_lowercase()
    );
    for (index, parameter) in signature.parameters.iter().enumerate() {
        text.push_str(&format!("{}. {}\n", index + 1, argument(parameter, "")));
    }
    if let Some(parameter) = &signature.variadic {
        text.push_str(&format!(
            "{}. {}\n",
            signature.parameters.len() + 1,
            argument(parameter, "Variadic, ")
        ));
    }
    text.push_str(&format!("\n## Result\n\n```text\n{}\n```\n", words::constraint(&signature.result)));
    text
}

fn argument(parameter: &Parameter, mark: &str) -> String {
    let nullable = if parameter.allow_null { ", Nullable" } else { "" };
    format!(
        "`{}` ({mark}{}{nullable}) {}",
        parameter.name,
        words::of_type(&parameter.kind),
        parameter.description.trim()
    )
}
