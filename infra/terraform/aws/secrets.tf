# External Secrets reads the entries of production, and nothing else (k8s/base/secret-store.yaml). The values are put there by hand.

data "aws_caller_identity" "current" {}

resource "aws_iam_role" "secrets" {
  name               = "freight-secrets"
  assume_role_policy = data.aws_iam_policy_document.assumed_by["pods.eks"].json
}

resource "aws_iam_role_policy" "secrets" {
  role = aws_iam_role.secrets.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
      Resource = [for region in keys(local.regions) : "arn:aws:secretsmanager:${region}:${data.aws_caller_identity.current.account_id}:secret:production/freight/*"]
    }]
  })
}

resource "aws_eks_pod_identity_association" "secrets" {
  for_each        = local.regions
  region          = each.key
  cluster_name    = aws_eks_cluster.region[each.key].name
  namespace       = "external-secrets"
  service_account = "external-secrets"
  role_arn        = aws_iam_role.secrets.arn
}
