variable "domain" {
  description = "Domain of the product. Its public zone must exist in Route 53."
  type        = string
  default     = "infamous-freight.example"
}

variable "moved" {
  description = "Percent of a region's traffic that goes to its stand-in, for planned moves."
  type        = map(number)
  default     = {}
}

variable "kubernetes_version" {
  type    = string
  default = "1.33"
}

variable "operator_networks" {
  description = "Public addresses from which operators reach the API servers of the clusters."
  type        = list(string)
}

variable "requests_per_address" {
  description = "Requests from one address within five minutes above which the firewall refuses further ones. The gateway has limits of its own."
  type        = number
  default     = 30000
}

variable "cdn_key" {
  description = "Which of the two keys the CDN sends to the edge: first or second."
  type        = string
  default     = "first"

  validation {
    condition     = contains(["first", "second"], var.cdn_key)
    error_message = "The entry production/freight/cdn has the keys first and second."
  }
}

variable "shield_advanced" {
  description = "Shield Advanced costs 3,000 USD a month and an obligation of a year. Shield Standard is always on."
  type        = bool
  default     = false
}
