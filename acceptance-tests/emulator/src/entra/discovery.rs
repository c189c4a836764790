//! The documents that clients read before they request a token.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::entra::Identity;
use crate::exchange::Reply;

/// The OpenID configuration of a tenant, v1 or v2.
pub fn openid(base: &str, tenant: &str, v2: bool) -> Value {
    let version = if v2 { "/v2.0" } else { "" };
    let authority = format!("{base}/{tenant}");
    json!({
        "token_endpoint": format!("{authority}/oauth2{version}/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt",
        "client_secret_basic"],
        "jwks_uri": format!("{authority}/discovery{version}/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "response_types_supported": ["code", "id_token", "code id_token", "token id_token", "token"],
        "scopes_supported": ["openid"],
        "issuer": format!("{authority}{version}"),
        "authorization_endpoint": format!("{authority}/oauth2{version}/authorize"),
        "device_authorization_endpoint": format!("{authority}/oauth2{version}/devicecode"),
        "end_session_endpoint": format!("{authority}/oauth2{version}/logout"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "oid", "ver"],
        "tenant_region_scope": null,
        "cloud_instance_name": base.trim_start_matches("https://"),
        "cloud_graph_host_name": base.trim_start_matches("https://"),
        "msgraph_host": base.trim_start_matches("https://"),
    })
}

/// The response of `/common/discovery/instance`: the emulator's own hosts are one instance.
pub fn instance(base: &str, identity: &Identity) -> Reply {
    let port = base.rsplit_once(':').map_or("", |(_, port)| port);
    let host = base.trim_start_matches("https://");
    let body = json!({
        "tenant_discovery_endpoint": format!("{base}/{}/v2.0/.well-known/openid-configuration",
        identity.tenant_id),
        "api-version": "1.1",
        "metadata": [{
            "preferred_network": host,
            "preferred_cache": host,
            "aliases": [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}")],
        }],
    });
    Reply::json(StatusCode::OK, &body)
}

/// The response of `/common/userrealm/{user}`: every user is a managed one.
pub fn user_realm(user: &str, base: &str) -> Reply {
    let body = json!({
        "ver": "1.0",
        "account_type": "Managed",
        "domain_name": user.rsplit_once('@').map_or("localhost", |(_, domain)| domain),
        "cloud_instance_name": base.trim_start_matches("https://"),
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    });
    Reply::json(StatusCode::OK, &body)
}

/// The keys that sign tokens.
pub fn keys(public: &Value) -> Reply {
    Reply::json(StatusCode::OK, &json!({ "keys": [public] }))
}
