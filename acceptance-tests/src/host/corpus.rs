//! Configurations that the real CLI has applied, to be applied again by the host double: in milliseconds, and
//! without a CLI.
//!
//! A [`Script`] is made from the recording of an acceptance test. It has the test's configurations as the CLI
//! evaluated them, with the values that were not known at the plan. They are in the order of the test, so the
//! change from each to the next is tested too.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use terraform_provider_gallery::plugin::value::msgpack;
use terraform_provider_gallery::plugin::{Type, Value};

use super::offer::Offer;
use super::recorded::{Applied, Event, Planned, Recording};
use super::{CallError, CallResult, Host, Object, rules, storage};

/// The path of this package, and its placeholder in a recording, which is read on other machines.
const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");
const HERE: &str = "{package}";

/// The configurations of one test.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// The arguments of the emulator, in addition to those of every test.
    pub emulator: Vec<String>,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// An object that was created, changed or deleted.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The resource type.
    pub resource: String,
    /// The id of the object before.
    pub from: Option<String>,
    /// The id of the object after.
    pub to: Option<String>,
    /// The configuration at the apply; null if the object was deleted.
    pub config: Json,
    /// The configuration at the plan, if less was known then. Of a deletion: the configuration of the planned
    /// replacement.
    pub early: Option<Vec<u8>>,
    /// Why the host double cannot do this: it needs an object that existed before the test, or came from
    /// elsewhere.
    pub outside: Option<String>,
}

impl Script {
    /// The script of a recording.
    ///
    /// # Errors
    /// If the recording cannot be read.
    pub fn of(recording: &Recording, offer: &Offer, emulator: &[&str]) -> Result<Self, String> {
        let mut plans: Vec<Planned> = Vec::new();
        let mut steps = Vec::new();
        for event in recording.events(offer)? {
            match event {
                Event::Planned(planned) => plans.push(planned),
                Event::Applied(applied) => steps.push(Step::of(&applied, &plans, offer)?),
            }
        }
        Ok(Self { emulator: emulator.iter().map(|&argument| argument.to_owned()).collect(), steps })
    }

    /// Reads a script from its JSON.
    ///
    /// # Errors
    /// If it is not a script.
    pub fn parse(text: &str) -> Result<Self, String> {
        let json: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let list = |name: &str| json.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
        let arguments = list("emulator");
        let emulator =
            arguments.iter().filter_map(|one| Some(one.as_str()?.replace(HERE, PACKAGE))).collect();
        let steps =
            list("steps").iter().map(Step::parse).collect::<Option<_>>().ok_or("a step is incomplete")?;
        Ok(Self { emulator, steps })
    }

    /// The script as JSON.
    #[must_use]
    pub fn json(&self) -> Json {
        let emulator: Vec<_> = self.emulator.iter().map(|one| one.replace(PACKAGE, HERE)).collect();
        json!({ "emulator": emulator, "steps": self.steps.iter().map(Step::json).collect::<Vec<_>>() })
    }

    /// Whether the other has the same steps, in any order of parallel ones.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        let sorted = |script: &Self| {
            let mut steps: Vec<_> = script
                .steps
                .iter()
                .map(|step| Step { outside: None, ..step.clone() }.json().to_string())
                .collect();
            steps.sort();
            steps
        };
        self.emulator == other.emulator && sorted(self) == sorted(other)
    }

    /// Runs all steps again, and deletes the remaining objects. After each step the host's checks must pass,
    /// a refresh must change nothing, and another plan must be empty. Returns for each step why it could not
    /// be done, if it could not.
    ///
    /// # Errors
    /// The step whose responses broke a rule, and the rule.
    pub async fn replay(&self, host: &mut Host) -> Result<Vec<Option<String>>, String> {
        let mut there: BTreeMap<String, (String, Object)> = BTreeMap::new();
        let mut outcomes = Vec::new();
        for (number, step) in self.steps.iter().enumerate() {
            let outcome = match step.replay(host, &mut there).await {
                Ok(()) => None,
                Err(CallError::Refused(diagnostics)) => {
                    Some(diagnostics.iter().map(|one| one.summary.clone()).next().unwrap_or_default())
                }
                Err(error) => return Err(format!("step {number}, {}: {error}", step.json())),
            };
            outcomes.push(outcome);
        }
        // Nested objects first.
        let mut left: Vec<_> = there.into_iter().collect();
        left.sort_by_key(|(id, _)| std::cmp::Reverse(id.split('/').count()));
        for (id, (resource, object)) in left {
            host.destroy(&resource, &object).await.map_err(|error| format!("{id} at the end: {error}"))?;
        }
        Ok(outcomes)
    }
}

impl Step {
    fn of(applied: &Applied, plans: &[Planned], offer: &Offer) -> Result<Self, String> {
        let Applied { resource, prior, config, state } = applied;
        let kind = offer.resources.get(resource).map(|schema| schema.implied_type());
        let kind = kind.ok_or_else(|| format!("there is no resource {resource}"))?;
        let id = |value: &Value| value.get("id").and_then(Value::as_str).map(str::to_owned);
        let deletion = state.is_null();
        let early = plans.iter().rev().find(|plan| {
            plan.resource == *resource
                && id(&plan.prior) == id(prior)
                && if deletion {
                    plan.replaces
                } else {
                    !plan.config.is_wholly_known() && rules::planned_again(&plan.config, config).is_empty()
                }
        });
        let encode = |value: &Value| msgpack::encode(value, &kind).map_err(|error| error.to_string());
        let config = storage::json(config).ok_or("a configuration has an unknown value")?;
        Ok(Self {
            resource: resource.clone(),
            from: id(prior),
            to: id(state),
            config: if deletion {
                Json::Null
            } else {
                serde_json::from_str(&config).map_err(|error| error.to_string())?
            },
            early: early.map(|plan| encode(&plan.config)).transpose()?,
            outside: None,
        })
    }

    fn parse(json: &Json) -> Option<Self> {
        let text = |name| json.get(name).and_then(Json::as_str).map(str::to_owned);
        let early = text("early").map(|text| STANDARD.decode(text)).transpose().ok()?;
        let config = json.get("config").cloned().unwrap_or_default();
        Some(Self {
            resource: text("resource")?,
            from: text("from"),
            to: text("to"),
            config,
            early,
            outside: text("outside"),
        })
    }

    fn json(&self) -> Json {
        let early = self.early.as_ref().map(|bytes| STANDARD.encode(bytes));
        let texts = [("from", &self.from), ("to", &self.to), ("early", &early), ("outside", &self.outside)];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?.as_str().into())));
        let config = (!self.config.is_null()).then(|| ("config", self.config.clone()));
        let all = texts.chain(config).chain([("resource", self.resource.as_str().into())]);
        Json::Object(all.map(|(name, value): (&str, Json)| (name.to_owned(), value)).collect())
    }

    async fn replay(
        &self,
        host: &mut Host,
        there: &mut BTreeMap<String, (String, Object)>,
    ) -> CallResult<()> {
        let resource = self.resource.as_str();
        let key = |id: &Option<String>| id.as_ref().map(|id| id.to_lowercase());
        let mut prior = None;
        if let Some(id) = key(&self.from) {
            prior = Some(match there.get(&id) {
                Some((_, object)) => object.clone(),
                // It came from elsewhere; perhaps it can be imported here as well.
                None => host.import(resource, &id).await?,
            });
        }
        let early = self.early.as_ref().map(|bytes| self.early_value(host, bytes)).transpose()?;
        if self.config.is_null() {
            let Some(object) = prior else { return Ok(()) };
            if let Some(config) = early {
                // With `create_before_destroy`, the replacement exists by now, and the plan may refuse that.
                let is_there = |one: &super::proto::Diagnostic| one.summary.ends_with("already exists");
                match host.plan(resource, Some(&object), &config).await {
                    Ok(_) => {}
                    Err(CallError::Refused(diagnostics)) if diagnostics.iter().any(is_there) => {}
                    Err(error) => return Err(error),
                }
            }
            host.destroy(resource, &object).await?;
            there.retain(|_, (_, held)| held != &object);
            return Ok(());
        }
        let config = host.config(resource, &self.config)?;
        let plan = host.plan(resource, prior.as_ref(), early.as_ref().unwrap_or(&config)).await?;
        let object = host.apply_known(resource, plan, &config).await?;
        if let Some(id) = key(&self.to).or_else(|| key(&self.from)) {
            there.insert(id, (resource.to_owned(), object.clone()));
        }
        let refreshed = host.refresh(resource, &object).await?;
        if refreshed.as_ref() != Some(&object) {
            return Err(CallError::Broken(vec![format!(
                "a refresh after an apply returned {refreshed:?} for {object:?}"
            )]));
        }
        let again = host.plan(resource, Some(&object), &config).await?;
        if !again.is_empty {
            return Err(CallError::Broken(vec![format!("a plan after an apply is not empty: {again:?}")]));
        }
        Ok(())
    }

    fn early_value(&self, host: &Host, bytes: &[u8]) -> CallResult<Value> {
        let kind =
            host.offer().resources.get(&self.resource).map_or(Type::Dynamic, |schema| schema.implied_type());
        msgpack::decode(bytes, &kind).map_err(|error| CallError::Broken(vec![error.to_string()]))
    }
}
