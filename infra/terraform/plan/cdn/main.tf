# How long the CDN keeps what. The API has a host of its own, of which nothing is kept.

variable "days" {
  description = "Days by kind of file."
  type        = object({ code = number, images = number })
  default     = { code = 30, images = 90 }
}

locals {
  kinds = {
    code   = ["*.css", "*.js"]
    images = ["*.avif", "*.gif", "*.ico", "*.jpg", "*.jpeg", "*.png", "*.svg", "*.webp"]
  }
}

output "kept" {
  description = "Seconds by pattern of path, in the order in which the CDN tries them. Other paths, such as pages, are asked for again each time."
  value = concat(
    [for pattern in local.kinds.code : { pattern = pattern, seconds = var.days.code * 86400 }],
    [for pattern in local.kinds.images : { pattern = pattern, seconds = var.days.images * 86400 }],
  )
}

output "api_seconds" {
  description = "Seconds for responses of the API."
  value       = 0
}
