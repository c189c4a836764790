//! Where Terraform and Azure meet: configuration, resources, data sources, functions.
