# Everything that is decided before a provider is asked: regions, names, sizes, weights, times. No provider is needed, so that
# `terraform test` runs here. Regions and requests are read from the files of k8s, where they stand anyway.

terraform {
  required_version = ">= 1.9"
}

locals {
  k8s      = "${path.module}/../../../k8s"
  networks = yamldecode(file("${local.k8s}/edges.yaml")).outside.regions.regions
  regions  = sort(keys(local.networks))
  active   = setsubtract(local.regions, values(var.stand_ins))

  # Objects of Kubernetes with pods.
  objects = flatten([
    for path in setunion(fileset(local.k8s, "base/processes/*.yaml"), fileset(local.k8s, "base/redis/{redis,proxy}.yaml"), fileset(local.k8s, "base/database/{cluster,exporters}.yaml")) : [
      for text in split("\n---\n", file("${local.k8s}/${path}")) : yamldecode(text)
    ]
  ])
  scalers   = { for object in local.objects : object.metadata.name => object.spec if object.kind == "HorizontalPodAutoscaler" }
  workloads = [for object in local.objects : object if contains(["Deployment", "StatefulSet"], object.kind)]
  databases = [for object in local.objects : object if object.kind == "Cluster"]

  # Factors of quantities: cores, and GiB.
  cores = { "m" = 0.001, "" = 1 }
  gib   = { "Mi" = 1 / 1024, "Gi" = 1 }
  requests = concat(
    [for object in local.workloads : {
      name      = object.metadata.name
      requests  = [for container in object.spec.template.spec.containers : container.resources.requests]
      pods_min  = try(local.scalers[object.metadata.name].minReplicas, object.spec.replicas)
      pods_most = try(local.scalers[object.metadata.name].maxReplicas, object.spec.replicas)
    }],
    [for object in local.databases : {
      name      = object.metadata.name
      requests  = [object.spec.resources.requests]
      pods_min  = object.spec.instances
      pods_most = object.spec.instances
    }],
  )
  pods = [for workload in local.requests : {
    name      = workload.name
    cpu       = sum([for request in workload.requests : tonumber(regex("^[0-9.]+", request.cpu)) * local.cores[replace(request.cpu, "/^[0-9.]+/", "")]])
    memory    = sum([for request in workload.requests : tonumber(regex("^[0-9.]+", request.memory)) * local.gib[replace(request.memory, "/^[0-9.]+/", "")]])
    pods_min  = workload.pods_min
    pods_most = workload.pods_most
  }]
}

module "naming" {
  for_each = toset(local.regions)
  source   = "./naming"
  region   = each.key
  domain   = var.domain
}

module "sizes" {
  source = "./sizes"
  pods   = local.pods
  node   = var.node
  zones  = var.zones
}

module "routing" {
  source    = "./routing"
  active    = local.active
  stand_ins = var.stand_ins
  moved     = var.moved
  check     = yamldecode(file("${path.module}/routing/check.yaml"))
}

module "cdn" {
  source = "./cdn"
}
