# A Kubernetes cluster per region, with as many nodes as its pods request.

data "aws_iam_policy_document" "assumed_by" {
  for_each = toset(["eks", "ec2", "pods.eks"])

  statement {
    actions = each.key == "pods.eks" ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "cluster" {
  name               = "freight-cluster"
  assume_role_policy = data.aws_iam_policy_document.assumed_by["eks"].json
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_iam_role" "node" {
  name               = "freight-node"
  assume_role_policy = data.aws_iam_policy_document.assumed_by["ec2"].json
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each   = toset(["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly", "service-role/AmazonEBSCSIDriverPolicy"])
  role       = aws_iam_role.node.name
  policy_arn = "arn:aws:iam::aws:policy/${each.key}"
}

resource "aws_kms_key" "region" {
  for_each            = local.regions
  region              = each.key
  description         = "Secrets of the cluster, and backups."
  enable_key_rotation = true
}

resource "aws_eks_cluster" "region" {
  for_each = local.regions
  region   = each.key
  name     = each.value.cluster
  version  = var.kubernetes_version
  role_arn = aws_iam_role.cluster.arn

  vpc_config {
    subnet_ids              = [for zone in local.zones : aws_subnet.private["${each.key}-${zone}"].id]
    endpoint_private_access = true
    public_access_cidrs     = var.operator_networks
  }

  access_config {
    authentication_mode = "API"
  }

  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = aws_kms_key.region[each.key].arn
    }
  }

  enabled_cluster_log_types = ["api", "audit", "authenticator"]
  depends_on                = [aws_iam_role_policy_attachment.cluster]
}

# One group per zone, so that a lost zone does not move the volumes of databases.
resource "aws_eks_node_group" "zone" {
  for_each        = local.region_zones
  region          = each.value.region
  cluster_name    = aws_eks_cluster.region[each.value.region].name
  node_group_name = "zone-${each.value.zone}"
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = [aws_subnet.private[each.key].id]
  instance_types  = [module.plan.nodes.type]

  scaling_config {
    min_size     = ceil(module.plan.nodes.min / module.plan.zones)
    desired_size = ceil(module.plan.nodes.min / module.plan.zones)
    max_size     = ceil(module.plan.nodes.most / module.plan.zones)
  }

  update_config {
    max_unavailable = 1
  }

  # The autoscaler of the cluster changes it.
  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }

  depends_on = [aws_iam_role_policy_attachment.node]
}

locals {
  addons = {
    vpc-cni                = jsonencode({ enableNetworkPolicy = "true" })
    kube-proxy             = null
    coredns                = null
    aws-ebs-csi-driver     = null
    eks-pod-identity-agent = null
    metrics-server         = null
  }
  cluster_addons = {
    for pair in setproduct(keys(local.regions), keys(local.addons)) : "${pair[0]}-${pair[1]}" => { region = pair[0], addon = pair[1] }
  }
}

resource "aws_eks_addon" "cluster" {
  for_each             = local.cluster_addons
  region               = each.value.region
  cluster_name         = aws_eks_cluster.region[each.value.region].name
  addon_name           = each.value.addon
  configuration_values = local.addons[each.value.addon]
}
