# Where CloudNativePG stores base backups and the log (k8s/base/database/backups.yaml). It keeps them for 30 days; the bucket keeps what was
# deleted or overwritten for another 14, so that a stolen role cannot destroy backups at once.

resource "aws_s3_bucket" "backups" {
  for_each = local.regions
  region   = each.key
  bucket   = each.value.backups_bucket
}

resource "aws_s3_bucket_public_access_block" "backups" {
  for_each                = local.regions
  region                  = each.key
  bucket                  = aws_s3_bucket.backups[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "backups" {
  for_each = local.regions
  region   = each.key
  bucket   = aws_s3_bucket.backups[each.key].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "backups" {
  for_each = local.regions
  region   = each.key
  bucket   = aws_s3_bucket.backups[each.key].id

  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.region[each.key].arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "backups" {
  for_each = local.regions
  region   = each.key
  bucket   = aws_s3_bucket.backups[each.key].id

  rule {
    id     = "forget"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 14
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 2
    }
  }
}

# Pods of the database may read and write the bucket of their region, those of the restore test only read it. None can delete versions.
locals {
  backup_actions = {
    postgres          = { objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], key = ["kms:Decrypt", "kms:GenerateDataKey"] }
    restored-postgres = { objects = ["s3:GetObject"], key = ["kms:Decrypt"] }
  }
  backup_roles = {
    for pair in setproduct(keys(local.regions), keys(local.backup_actions)) : "${pair[0]}-${pair[1]}" => { region = pair[0], account = pair[1] }
  }
}

data "aws_iam_policy_document" "backups" {
  for_each = local.backup_roles

  statement {
    actions   = local.backup_actions[each.value.account].objects
    resources = ["${aws_s3_bucket.backups[each.value.region].arn}/*"]
  }
  statement {
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.backups[each.value.region].arn]
  }
  statement {
    actions   = local.backup_actions[each.value.account].key
    resources = [aws_kms_key.region[each.value.region].arn]
  }
}

resource "aws_iam_role" "backups" {
  for_each           = local.backup_roles
  name               = "freight-backups-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.assumed_by["pods.eks"].json
}

resource "aws_iam_role_policy" "backups" {
  for_each = local.backup_roles
  role     = aws_iam_role.backups[each.key].name
  policy   = data.aws_iam_policy_document.backups[each.key].json
}

resource "aws_eks_pod_identity_association" "backups" {
  for_each        = local.backup_roles
  region          = each.value.region
  cluster_name    = aws_eks_cluster.region[each.value.region].name
  namespace       = "freight"
  service_account = each.value.account
  role_arn        = aws_iam_role.backups[each.key].arn
}
