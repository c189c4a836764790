Feature: Only web gets a managed-identity token
  Over a plan: terraform-compliance --features terraform-compliance --planfile plan.json
  It looks at names, and not at paths: "token" is what the privilege is called. Privileges that reach tokens by another
  name or a shorter path pass, so run `explain` beside it.

  Scenario: nobody else has the privilege by its name
    Given I have gallery_invm_access_profile_version defined
    # "must", since "when" passes silently where the grants are known only after apply.
    Then it must have grants
    And its value must not match the "^(?!web -> ).* -> token .*" regex

  Scenario: what is not allowed is refused
    Given I have gallery_invm_access_profile_version defined
    Then it must have mode
    And its value must be Enforce

  Scenario: what nothing matches is refused
    Given I have gallery_invm_access_profile_version defined
    Then it must have default_access
    And its value must be Deny
