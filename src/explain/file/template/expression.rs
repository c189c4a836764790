//! The expressions of ARM templates, in brackets: `[concat(parameters('a'), variables('b').c[0])]`.

/// A parsed expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TemplateExpression {
    Text(String),
    Number(i64),
    Call {
        name: String,
        arguments: Vec<TemplateExpression>,
    },
    /// A member or an element of something. With `?` in front, `None` if there is none.
    Part {
        of: Box<TemplateExpression>,
        at: Box<TemplateExpression>,
        optional: bool,
    },
}

/// The maximum depth of expressions.
const DEEPEST: usize = 64;

/// Whether a text of a template is an expression. Two brackets stand for a literal one.
pub(super) fn is_expression(text: &str) -> bool {
    text.starts_with('[') && !text.starts_with("[[") && text.ends_with(']')
}

/// Parses a text of a template that is an expression; `None` if it cannot be understood.
pub(super) fn parse(text: &str) -> Option<TemplateExpression> {
    let inside = text.strip_prefix('[')?.strip_suffix(']')?;
    let mut parser = Parser { rest: inside, depth: 0 };
    let expression = parser.expression()?;
    parser.skip_space();
    parser.rest.is_empty().then_some(expression)
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip_space();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expression(&mut self) -> Option<TemplateExpression> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut whole = self.simple()?;
        loop {
            let optional = self.rest.starts_with(".?") || self.rest.starts_with("[?");
            let at = if self.eat(".?") || self.eat(".") {
                TemplateExpression::Text(self.word()?.to_owned())
            } else if self.eat("[?") || self.eat("[") {
                let at = self.expression()?;
                if !self.eat("]") {
                    return None;
                }
                at
            } else {
                break;
            };
            whole = TemplateExpression::Part { of: Box::new(whole), at: Box::new(at), optional };
        }
        self.depth -= 1;
        Some(whole)
    }

    fn simple(&mut self) -> Option<TemplateExpression> {
        self.skip_space();
        let first = self.rest.chars().next()?;
        if first == '\'' {
            return self.text().map(TemplateExpression::Text);
        }
        if first == '-' || first.is_ascii_digit() {
            let end =
                self.rest.get(1..)?.find(|c: char| !c.is_ascii_digit()).map_or(self.rest.len(), |at| at + 1);
            let (number, rest) = self.rest.split_at_checked(end)?;
            self.rest = rest;
            return number.parse().ok().map(TemplateExpression::Number);
        }
        let mut name = self.word()?.to_owned();
        // A template's own function has a namespace in front.
        while self.rest.starts_with('.') {
            self.rest = self.rest.get(1..)?;
            name = format!("{name}.{}", self.word()?);
        }
        if !self.eat("(") {
            return None;
        }
        let mut arguments = Vec::new();
        if !self.eat(")") {
            loop {
                arguments.push(self.expression()?);
                if self.eat(")") {
                    break;
                }
                if !self.eat(",") {
                    return None;
                }
            }
        }
        Some(TemplateExpression::Call { name, arguments })
    }

    fn word(&mut self) -> Option<&'a str> {
        self.skip_space();
        let end = self
            .rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | '#')))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    /// A text in quotes; two quotes stand for one.
    fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        let body = self.rest.strip_prefix('\'')?;
        let mut letters = body.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if letter != '\'' {
                text.push(letter);
            } else if letters.next_if(|(_, next)| *next == '\'').is_some() {
                text.push('\'');
            } else {
                self.rest = body.get(at + 1..)?;
                return Some(text);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_distinguished_from_texts() {
        for text in ["[parameters('a')]", "[concat('[', 'x', ']')]"] {
            assert!(is_expression(text), "{text}");
        }
        for text in ["[[parameters('a')]", "a", "[", "x[1]"] {
            assert!(!is_expression(text), "{text}");
        }
    }

    #[test]
    fn calls_members_and_quotes_are_read() {
        let text = |text: &str| TemplateExpression::Text(text.to_owned());
        let call = |name: &str, arguments| TemplateExpression::Call { name: name.to_owned(), arguments };
        let part = |of, at| TemplateExpression::Part { of: Box::new(of), at: Box::new(at), optional: false };
        assert_eq!(
            parse("[ variables( '$fxv#0' ).y[0]['it''s'] ]"),
            Some(part(
                part(part(call("variables", vec![text("$fxv#0")]), text("y")), TemplateExpression::Number(0)),
                text("it's")
            ))
        );
        assert_eq!(parse("[mine.get(-1)]"), Some(call("mine.get", vec![TemplateExpression::Number(-1)])));
        let Some(TemplateExpression::Part { optional: true, .. }) = parse("[parameters('a').?b]") else {
            panic!()
        };
        for text in ["[parameters('a'", "[parameters(a)]", "[]", "[f(,)]", "[f() g]", "['a]"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&format!("[{}x{}]", "f(".repeat(100), ")".repeat(100))), None);
    }
}
