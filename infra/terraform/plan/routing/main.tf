# Who answers for whom. Each active region has a group of weighted records: itself with 100, its stand-in with 0. A record with weight 0 is
# used when all others of its group are unhealthy, so the stand-in takes over without a change of DNS. Latency chooses between the groups.

variable "active" {
  description = "Regions that latency leads clients to."
  type        = set(string)
}

variable "stand_ins" {
  description = "The region that takes over for another one."
  type        = map(string)
  default     = {}
}

variable "moved" {
  description = "Percent of a region's traffic that goes to its stand-in, for planned moves."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for percent in values(var.moved) : percent >= 0 && percent <= 100])
    error_message = "A share is a percentage from 0 to 100."
  }

  validation {
    condition     = alltrue([for region in keys(var.moved) : contains(keys(var.stand_ins), region)])
    error_message = "Traffic can be moved only from a region that has a stand-in."
  }
}

variable "check" {
  description = "Health checks: seconds between them, seconds until one has failed, failures until a region is unhealthy, and seconds that resolvers keep a name."
  type = object({
    interval = number
    timeout  = number
    failures = number
    ttl      = number
  })

  validation {
    condition     = contains([10, 30], var.check.interval)
    error_message = "Route 53 checks every 10 or every 30 seconds."
  }

  validation {
    condition     = var.check.timeout == 4
    error_message = "Route 53 waits for a connection for 4 seconds. It has no setting for that."
  }

  validation {
    condition     = var.check.failures >= 2
    error_message = "One failed check must not lead the clients of a region away."
  }

  validation {
    condition     = var.check.interval * var.check.failures + var.check.timeout + var.check.ttl < 30
    error_message = "Clients must be led away in less than 30 seconds: all checks, the time-out of the last one and the TTL of the record together."
  }
}

locals {
  records = flatten([
    for region in sort(tolist(var.active)) : concat(
      [{ group = region, target = region, weight = 100 - lookup(var.moved, region, 0) }],
      contains(keys(var.stand_ins), region)
      ? [{ group = region, target = var.stand_ins[region], weight = lookup(var.moved, region, 0) }]
      : [],
    )
  ])
}

output "records" {
  description = "The weighted records by name."
  value       = { for record in local.records : "${record.group}-${record.target}" => record }

  precondition {
    condition     = alltrue([for region, stand_in in var.stand_ins : region != stand_in])
    error_message = "A region cannot stand in for itself."
  }
}

output "check" {
  value = var.check
}

output "seconds" {
  description = "Seconds at most until a lost region is noticed, and until clients are led away. A region may be lost just after a check."
  value = {
    detected = var.check.interval * var.check.failures + var.check.timeout
    led_away = var.check.interval * var.check.failures + var.check.timeout + var.check.ttl
  }
}
