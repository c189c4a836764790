# The machines. azurerm makes them but has no argument for the reference, so azapi adds it.

data "azurerm_virtual_machine" "web" {
  name                = "web0"
  resource_group_name = "fleet"
}

# A virtual machine.
resource "azapi_update_resource" "web" {
  type        = "Microsoft.Compute/virtualMachines@2024-11-01"
  resource_id = data.azurerm_virtual_machine.web.id

  body = {
    properties = {
      securityProfile = {
        proxyAgentSettings = local.proxy_agent_settings
      }
    }
  }
}

data "azurerm_virtual_machine_scale_set" "web" {
  name                = "web"
  resource_group_name = "fleet"
}

# A scale set: the same, one level deeper. Its machines use it after they are upgraded to the latest model.
resource "azapi_update_resource" "web_scale_set" {
  type        = "Microsoft.Compute/virtualMachineScaleSets@2024-11-01"
  resource_id = data.azurerm_virtual_machine_scale_set.web.id

  body = {
    properties = {
      virtualMachineProfile = {
        securityProfile = {
          proxyAgentSettings = local.proxy_agent_settings
        }
      }
    }
  }
}
