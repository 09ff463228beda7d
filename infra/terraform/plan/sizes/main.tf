# How many nodes a cluster needs, from what its pods request. The same arithmetic stands in commands/check-deploy/terraform/sizes.ts, which
# computes it from the rendered overlays; `npm run check:deploy` compares both.

variable "pods" {
  description = "What one pod of each kind requests, and how many there are at the least and at the most."
  type = list(object({
    name      = string
    cpu       = number # cores
    memory    = number # GiB
    pods_min  = number
    pods_most = number
  }))
}

variable "node" {
  description = "One node: its cores and GiB, and what the system takes of them."
  type = object({
    type          = string
    cpu           = number
    memory        = number
    system_cpu    = number
    system_memory = number
  })
}

variable "zones" {
  description = "Availability zones. Each has a node at least: databases and Redis spread over them."
  type        = number
  default     = 3
}

locals {
  free_cpu    = var.node.cpu - var.node.system_cpu
  free_memory = var.node.memory - var.node.system_memory

  cpu_min     = sum([for pod in var.pods : pod.cpu * pod.pods_min])
  cpu_most    = sum([for pod in var.pods : pod.cpu * pod.pods_most])
  memory_min  = sum([for pod in var.pods : pod.memory * pod.pods_min])
  memory_most = sum([for pod in var.pods : pod.memory * pod.pods_most])
}

output "requested" {
  description = "Cores and GiB that all pods request."
  value = {
    cpu_min     = local.cpu_min
    cpu_most    = local.cpu_most
    memory_min  = local.memory_min
    memory_most = local.memory_most
  }

  precondition {
    condition     = alltrue([for pod in var.pods : pod.cpu <= local.free_cpu && pod.memory <= local.free_memory])
    error_message = "A pod requests more than a ${var.node.type} has: choose a larger type of node."
  }
}

output "nodes_min" {
  value = max(var.zones, ceil(local.cpu_min / local.free_cpu), ceil(local.memory_min / local.free_memory))
}

output "nodes_most" {
  value = max(var.zones, ceil(local.cpu_most / local.free_cpu), ceil(local.memory_most / local.free_memory))
}
