# Two names: graph.DOMAIN passes everything on to the nearest region and keeps nothing; app.DOMAIN serves the files of the web apps.

locals {
  hosts = { graph = "graph.${var.domain}", app = "app.${var.domain}" }
}

resource "aws_acm_certificate" "cdn" {
  region                    = "us-east-1"
  domain_name               = local.hosts.graph
  subject_alternative_names = [local.hosts.app]
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "certificate" {
  for_each = { for option in aws_acm_certificate.cdn.domain_validation_options : option.domain_name => option }
  zone_id  = data.aws_route53_zone.public.zone_id
  name     = each.value.resource_record_name
  type     = each.value.resource_record_type
  records  = [each.value.resource_record_value]
  ttl      = 300
}

resource "aws_acm_certificate_validation" "cdn" {
  region                  = "us-east-1"
  certificate_arn         = aws_acm_certificate.cdn.arn
  validation_record_fqdns = [for record in aws_route53_record.certificate : record.fqdn]
}

data "aws_cloudfront_cache_policy" "nothing" {
  name = "Managed-CachingDisabled"
}

data "aws_cloudfront_origin_request_policy" "everything" {
  name = "Managed-AllViewer"
}

# The same entry as in the other regions, where External Secrets reads it. Terraform's state has a copy of the key.
data "aws_secretsmanager_secret_version" "cdn" {
  region    = "us-east-1"
  secret_id = "production/freight/cdn"
}

resource "aws_cloudfront_distribution" "graph" {
  enabled         = true
  comment         = "The API: nothing is kept."
  aliases         = [local.hosts.graph]
  is_ipv6_enabled = true
  http_version    = "http2and3"
  web_acl_id      = aws_wafv2_web_acl.edge.arn

  # The host of the client is passed on, so the edge of the region shows its certificate for it. A region that is lost answers nothing: a new
  # connection to it fails after 4 s, an idle one is not used again after 5 s, and live streams send something every 12 s.
  origin {
    origin_id           = "nearest"
    domain_name         = "entrance.${var.domain}"
    connection_attempts = 2
    connection_timeout  = 2

    # The edge refuses requests without it: they came from another distribution (k8s/base/edge/gateway.yaml).
    custom_header {
      name  = "x-cdn-key"
      value = jsondecode(data.aws_secretsmanager_secret_version.cdn.secret_string)[var.cdn_key]
    }

    custom_origin_config {
      http_port                = 80
      https_port               = 443
      origin_protocol_policy   = "https-only"
      origin_ssl_protocols     = ["TLSv1.2"]
      origin_read_timeout      = 30
      origin_keepalive_timeout = 5
    }
  }

  default_cache_behavior {
    target_origin_id         = "nearest"
    viewer_protocol_policy   = "https-only"
    allowed_methods          = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods           = ["GET", "HEAD"]
    cache_policy_id          = data.aws_cloudfront_cache_policy.nothing.id
    origin_request_policy_id = data.aws_cloudfront_origin_request_policy.everything.id
    compress                 = false
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate_validation.cdn.certificate_arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.3_2025"
  }
}

resource "aws_s3_bucket" "app" {
  region = "us-east-1"
  bucket = "${split(".", var.domain)[0]}-app"
}

resource "aws_s3_bucket_public_access_block" "app" {
  region                  = "us-east-1"
  bucket                  = aws_s3_bucket.app.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "app" {
  region = "us-east-1"
  bucket = aws_s3_bucket.app.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.app.arn}/*"
      Principal = { Service = "cloudfront.amazonaws.com" }
      Condition = { StringEquals = { "AWS:SourceArn" = aws_cloudfront_distribution.app.arn } }
    }]
  })
}

resource "aws_cloudfront_origin_access_control" "app" {
  name                              = "app"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_cache_policy" "kept" {
  for_each    = toset([for rule in module.plan.cdn.kept : tostring(rule.seconds)])
  name        = "kept-${each.key}"
  min_ttl     = each.key
  default_ttl = each.key
  max_ttl     = each.key

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true
    cookies_config {
      cookie_behavior = "none"
    }
    headers_config {
      header_behavior = "none"
    }
    query_strings_config {
      query_string_behavior = "none"
    }
  }
}

# Browsers keep files as long as the CDN: the names of built files carry their hash.
resource "aws_cloudfront_response_headers_policy" "kept" {
  for_each = aws_cloudfront_cache_policy.kept
  name     = "kept-${each.key}"

  custom_headers_config {
    items {
      header   = "cache-control"
      value    = "public, max-age=${each.key}, immutable"
      override = true
    }
  }
}

resource "aws_cloudfront_distribution" "app" {
  enabled             = true
  comment             = "Files of the web apps."
  aliases             = [local.hosts.app]
  is_ipv6_enabled     = true
  http_version        = "http2and3"
  default_root_object = "index.html"
  web_acl_id          = aws_wafv2_web_acl.edge.arn

  origin {
    origin_id                = "files"
    domain_name              = aws_s3_bucket.app.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.app.id
  }

  dynamic "ordered_cache_behavior" {
    for_each = module.plan.cdn.kept
    content {
      path_pattern               = ordered_cache_behavior.value.pattern
      target_origin_id           = "files"
      viewer_protocol_policy     = "redirect-to-https"
      allowed_methods            = ["GET", "HEAD"]
      cached_methods             = ["GET", "HEAD"]
      cache_policy_id            = aws_cloudfront_cache_policy.kept[tostring(ordered_cache_behavior.value.seconds)].id
      response_headers_policy_id = aws_cloudfront_response_headers_policy.kept[tostring(ordered_cache_behavior.value.seconds)].id
      compress                   = true
    }
  }

  default_cache_behavior {
    target_origin_id       = "files"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    cache_policy_id        = data.aws_cloudfront_cache_policy.nothing.id
    compress               = true
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate_validation.cdn.certificate_arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.3_2025"
  }
}

resource "aws_route53_record" "hosts" {
  for_each = {
    for pair in setproduct(["graph", "app"], ["A", "AAAA"]) : "${pair[0]}-${pair[1]}" => { host = pair[0], type = pair[1] }
  }
  zone_id = data.aws_route53_zone.public.zone_id
  name    = local.hosts[each.value.host]
  type    = each.value.type

  alias {
    zone_id                = each.value.host == "graph" ? aws_cloudfront_distribution.graph.hosted_zone_id : aws_cloudfront_distribution.app.hosted_zone_id
    name                   = each.value.host == "graph" ? aws_cloudfront_distribution.graph.domain_name : aws_cloudfront_distribution.app.domain_name
    evaluate_target_health = false
  }
}
