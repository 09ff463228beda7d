# Names of everything that exists once per region. The files of k8s use the same names.

variable "region" {
  type = string
}

variable "domain" {
  description = "Domain of the product, such as infamous-freight.example."
  type        = string
}

locals {
  private_zone = "${split(".", var.domain)[0]}.internal"
}

output "cluster" {
  value = "freight-${var.region}"
}

output "backups_bucket" {
  description = "The bucket in destinationPath of the overlay."
  value       = "${split(".", var.domain)[0]}-backups-${var.region}"
}

output "entrance" {
  description = "Name of the region's load balancer. Clients do not use it: graph.DOMAIN leads to the CDN, and the CDN to the nearest entrance."
  value       = "${var.region}.entrance.${var.domain}"
}

output "private_zone" {
  description = "Zone of names between regions."
  value       = local.private_zone
}

output "database" {
  description = "Host of the region's database for the other regions, as in k8s/components/database-regions."
  value       = "postgres.${var.region}.${local.private_zone}"
}
