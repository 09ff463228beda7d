# The plan of ../plan on AWS. One provider for all regions: since version 6 each resource names its region. Nobody has applied these files
# (README.md says what was checked).

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.20"
    }
  }
  backend "s3" {
    bucket       = "infamous-freight-terraform"
    key          = "production"
    region       = "us-east-1"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = { product = "freight", managed-by = "terraform" }
  }
}

module "plan" {
  source = "../plan"
  domain = var.domain
  moved  = var.moved
}

locals {
  regions = module.plan.regions
  zones   = range(module.plan.zones)

  # One entry for each zone of each region.
  region_zones = {
    for pair in setproduct(keys(local.regions), local.zones) : "${pair[0]}-${pair[1]}" => { region = pair[0], zone = pair[1] }
  }
}

data "aws_availability_zones" "available" {
  for_each = local.regions
  region   = each.key
  state    = "available"
}
