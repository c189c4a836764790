//! CallFunction.

use std::sync::Arc;

use super::call::catch_panic_now;
use super::catalogue::FunctionEntry;
use super::{ServiceState, convert};
use crate::plugin::diagnostic::{Diagnostic, Failure};
use crate::plugin::function::{FunctionError, Parameter};
use crate::plugin::proto;
use crate::plugin::value::Value;
use proto::call_function::{Request, Response};

impl ServiceState {
    /// Calls a function. Terraform's guarantees for arguments (their number, no null where it is not
    /// accepted) are checked all the same, since the function relies on them.
    pub(super) async fn call_function(self: Arc<Self>, request: Request) -> Response {
        let outcome = match self.catalogue().functions.get(request.name.as_str()) {
            Some(entry) => call(entry, &request.arguments),
            None => {
                let name = request.name;
                Err(FunctionError::new(format!("This version of the provider has no function `{name}`.")))
            }
        };
        match outcome {
            Ok(result) => Response { result: Some(result), error: None },
            Err(FunctionError { mut text, argument }) => {
                // Hosts put the text into a sentence of their own, and add a full stop.
                if text.ends_with('.') && !text.ends_with("..") {
                    text.pop();
                }
                let error = proto::FunctionError { text, function_argument: argument };
                Response { result: None, error: Some(error) }
            }
        }
    }
}

fn call(entry: &FunctionEntry, sent: &[proto::DynamicValue]) -> Result<proto::DynamicValue, FunctionError> {
    let FunctionEntry { function, signature } = entry;
    if sent.len() < signature.parameters.len() {
        let count = signature.parameters.len();
        return Err(FunctionError::new(format!("The function takes {count} arguments, not {}.", sent.len())));
    }
    let mut arguments = Vec::with_capacity(sent.len());
    for (position, (value, index)) in sent.iter().zip(0..).enumerate() {
        let parameter =
            signature.parameters.get(position).or(signature.variadic.as_ref()).ok_or_else(|| {
                let count = signature.parameters.len();
                FunctionError::argument(index, format!("The function takes no more than {count} arguments."))
            })?;
        arguments.push(argument(parameter, index, value)?);
    }

    let result = if arguments.iter().all(Value::is_wholly_known) {
        let activity = format!("calling its function `{}`", function.name());
        catch_panic_now(&activity, || function.call(arguments)).map_err(failed)??
    } else {
        // A result that depends on something unknown is unknown. Hosts do not even call the function then.
        Value::unknown()
    };
    convert::encode("result", &result, &signature.result)
        .map_err(|failure| FunctionError::new(details(&failure)))
}

fn argument(parameter: &Parameter, index: i64, value: &proto::DynamicValue) -> Result<Value, FunctionError> {
    let value = convert::decode("argument", Some(value), &parameter.kind)
        .map_err(|failure| FunctionError::argument(index, details(&failure)))?;
    if is_null(&value) && !parameter.allow_null {
        return Err(FunctionError::argument(index, format!("`{}` must not be null.", parameter.name)));
    }
    Ok(value)
}

fn details(failure: &Failure) -> String {
    let details = failure.diagnostics().iter().map(|diagnostic| diagnostic.detail.as_str());
    details.collect::<Vec<_>>().join("\n")
}

fn is_null(value: &Value) -> bool {
    match value {
        Value::Dynamic(typed) => typed.1.is_null(),
        value => value.is_null(),
    }
}

fn failed(crash: Diagnostic) -> FunctionError {
    FunctionError::new(crash.detail)
}
