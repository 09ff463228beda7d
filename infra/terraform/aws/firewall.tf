# The web application firewall in front of both names, and protection against denial of service. Shield Standard is part of the CDN and of
# Route 53; the gateway has limits by address, by caller and by cost of its own (docs/security.md).

locals {
  # Groups of AWS, tried in this order after the limit by address. Rules that refuse proper GraphQL requests are only counted.
  managed_rules = {
    AWSManagedRulesAmazonIpReputationList = []
    AWSManagedRulesKnownBadInputsRuleSet  = []
    # Documents and variables are longer than 8 kB, and texts of people may look like SQL or HTML: values reach SQL as parameters only.
    AWSManagedRulesCommonRuleSet = ["SizeRestrictions_BODY", "CrossSiteScripting_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "EC2MetaDataSSRF_BODY"]
  }
}

resource "aws_wafv2_web_acl" "edge" {
  region = "us-east-1"
  name   = "freight-edge"
  scope  = "CLOUDFRONT"

  default_action {
    allow {}
  }

  rule {
    name     = "requests-per-address"
    priority = 0

    action {
      block {
        custom_response {
          response_code = 429
          response_header {
            name  = "retry-after"
            value = "60"
          }
        }
      }
    }

    statement {
      rate_based_statement {
        limit                 = var.requests_per_address
        evaluation_window_sec = 300
        aggregate_key_type    = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "requests-per-address"
      sampled_requests_enabled   = false
    }
  }

  dynamic "rule" {
    for_each = local.managed_rules
    content {
      name     = rule.key
      priority = 1 + index(keys(local.managed_rules), rule.key)

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key

          dynamic "rule_action_override" {
            for_each = rule.value
            content {
              name = rule_action_override.value
              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.key
        sampled_requests_enabled   = false
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "freight-edge"
    sampled_requests_enabled   = false
  }
}

# The name of the group must begin with aws-waf-logs-. Tokens do not get into it.
resource "aws_cloudwatch_log_group" "firewall" {
  region            = "us-east-1"
  name              = "aws-waf-logs-freight"
  retention_in_days = 30
}

resource "aws_wafv2_web_acl_logging_configuration" "edge" {
  region                  = "us-east-1"
  resource_arn            = aws_wafv2_web_acl.edge.arn
  log_destination_configs = [aws_cloudwatch_log_group.firewall.arn]

  redacted_fields {
    single_header {
      name = "authorization"
    }
  }
  redacted_fields {
    single_header {
      name = "cookie"
    }
  }

  logging_filter {
    default_behavior = "DROP"
    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"
      condition {
        action_condition {
          action = "BLOCK"
        }
      }
      condition {
        action_condition {
          action = "COUNT"
        }
      }
    }
  }
}

resource "aws_shield_subscription" "advanced" {
  count      = var.shield_advanced ? 1 : 0
  auto_renew = "ENABLED"
}

resource "aws_shield_protection" "advanced" {
  for_each     = var.shield_advanced ? { graph = aws_cloudfront_distribution.graph.arn, app = aws_cloudfront_distribution.app.arn } : {}
  name         = each.key
  resource_arn = each.value
  depends_on   = [aws_shield_subscription.advanced]
}
