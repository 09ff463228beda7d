output "regions" {
  description = "What exists in each region."
  value = {
    for region in local.regions : region => {
      network        = local.networks[region]
      active         = contains(local.active, region)
      primary        = region == var.primary
      cluster        = module.naming[region].cluster
      backups_bucket = module.naming[region].backups_bucket
      entrance       = module.naming[region].entrance
      database       = module.naming[region].database
    }
  }

  precondition {
    condition     = contains(local.regions, var.primary)
    error_message = "The primary region must be one of k8s/edges.yaml."
  }

  precondition {
    condition     = alltrue([for region in concat(keys(var.stand_ins), values(var.stand_ins)) : contains(local.regions, region)])
    error_message = "Regions of stand_ins must be in k8s/edges.yaml."
  }
}

output "pairs" {
  description = "Regions whose networks are connected, each pair once."
  value       = { for pair in setproduct(local.regions, local.regions) : "${pair[0]}-${pair[1]}" => { from = pair[0], to = pair[1] } if index(local.regions, pair[0]) < index(local.regions, pair[1]) }
}

output "private_zone" {
  value = module.naming[var.primary].private_zone
}

output "nodes" {
  description = "Nodes of each cluster."
  value = {
    type = var.node.type
    min  = module.sizes.nodes_min
    most = module.sizes.nodes_most
  }
}

output "requested" {
  value = module.sizes.requested
}

output "zones" {
  value = var.zones
}

output "routing" {
  value = {
    records = module.routing.records
    check   = module.routing.check
    seconds = module.routing.seconds
  }
}

output "cdn" {
  value = { kept = module.cdn.kept, api_seconds = module.cdn.api_seconds }
}
