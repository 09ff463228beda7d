# A private network per region, with the addresses of k8s/edges.yaml. Nodes and databases have no public addresses.

resource "aws_vpc" "region" {
  for_each             = local.regions
  region               = each.key
  cidr_block           = each.value.network
  enable_dns_hostnames = true
  tags                 = { Name = each.value.cluster }
}

# /20: 4,091 addresses for pods in each zone.
resource "aws_subnet" "private" {
  for_each          = local.region_zones
  region            = each.value.region
  vpc_id            = aws_vpc.region[each.value.region].id
  availability_zone = data.aws_availability_zones.available[each.value.region].names[each.value.zone]
  cidr_block        = cidrsubnet(local.regions[each.value.region].network, 4, each.value.zone)
  tags              = { Name = "private-${each.key}", "kubernetes.io/role/internal-elb" = "1" }
}

resource "aws_subnet" "public" {
  for_each          = local.region_zones
  region            = each.value.region
  vpc_id            = aws_vpc.region[each.value.region].id
  availability_zone = data.aws_availability_zones.available[each.value.region].names[each.value.zone]
  cidr_block        = cidrsubnet(local.regions[each.value.region].network, 8, 240 + each.value.zone)
  tags              = { Name = "public-${each.key}", "kubernetes.io/role/elb" = "1" }
}

resource "aws_internet_gateway" "region" {
  for_each = local.regions
  region   = each.key
  vpc_id   = aws_vpc.region[each.key].id
}

resource "aws_eip" "nat" {
  for_each = local.region_zones
  region   = each.value.region
  domain   = "vpc"
}

resource "aws_nat_gateway" "zone" {
  for_each      = local.region_zones
  region        = each.value.region
  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id
}

resource "aws_route_table" "public" {
  for_each = local.regions
  region   = each.key
  vpc_id   = aws_vpc.region[each.key].id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.region[each.key].id
  }
}

resource "aws_route_table_association" "public" {
  for_each       = local.region_zones
  region         = each.value.region
  subnet_id      = aws_subnet.public[each.key].id
  route_table_id = aws_route_table.public[each.value.region].id
}

resource "aws_route_table" "private" {
  for_each = local.region_zones
  region   = each.value.region
  vpc_id   = aws_vpc.region[each.value.region].id
}

resource "aws_route" "nat" {
  for_each               = local.region_zones
  region                 = each.value.region
  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.zone[each.key].id
}

resource "aws_route_table_association" "private" {
  for_each       = local.region_zones
  region         = each.value.region
  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

# Backups do not pass the NAT gateways.
resource "aws_vpc_endpoint" "s3" {
  for_each        = local.regions
  region          = each.key
  vpc_id          = aws_vpc.region[each.key].id
  service_name    = "com.amazonaws.${each.key}.s3"
  route_table_ids = [for zone in local.zones : aws_route_table.private["${each.key}-${zone}"].id]
}
