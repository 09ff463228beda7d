# `terraform test` in this folder. Nothing is created and no provider is needed.

run "regions_are_those_of_k8s" {
  command = plan
  variables {
    primary   = "us-east-1"
    stand_ins = { us-east-1 = "us-west-2" }
  }

  assert {
    condition     = toset(keys(output.regions)) == toset(["ap-southeast-1", "eu-west-1", "us-east-1", "us-west-2"])
    error_message = "The regions are those of k8s/edges.yaml."
  }

  assert {
    condition     = output.regions["us-east-1"].network == "10.1.0.0/16" && output.regions["us-east-1"].primary
    error_message = "us-east-1 is the primary region and has its network of k8s/edges.yaml."
  }

  assert {
    condition     = [for region, one in output.regions : region if !one.active] == ["us-west-2"]
    error_message = "us-west-2 gets no clients before it takes over."
  }

  assert {
    condition     = length(output.pairs) == 6
    error_message = "Each pair of the four networks is connected once."
  }
}

run "a_region_that_took_over_gets_clients" {
  command = plan
  variables {
    primary   = "us-west-2"
    stand_ins = { us-west-2 = "us-east-1" }
  }

  assert {
    condition     = output.regions["us-west-2"].primary && output.regions["us-west-2"].active && !output.regions["us-east-1"].active
    error_message = "us-west-2 and us-east-1 have changed roles."
  }
}

run "an_unknown_region_is_refused" {
  command = plan
  variables {
    stand_ins = { us-east-1 = "us-east-9" }
  }
  expect_failures = [output.regions]
}

run "names" {
  command = plan
  module {
    source = "./naming"
  }
  variables {
    region = "eu-west-1"
    domain = "infamous-freight.example"
  }

  assert {
    condition     = output.cluster == "freight-eu-west-1" && output.backups_bucket == "infamous-freight-backups-eu-west-1"
    error_message = "Cluster and bucket carry the region."
  }

  assert {
    condition     = output.database == "postgres.eu-west-1.infamous-freight.internal" && output.entrance == "eu-west-1.entrance.infamous-freight.example"
    error_message = "Hosts carry the region."
  }
}

run "nodes_for_requests" {
  command = plan
  module {
    source = "./sizes"
  }
  variables {
    pods = [
      { name = "gateway", cpu = 0.5, memory = 1, pods_min = 3, pods_most = 20 },
      { name = "postgres", cpu = 4, memory = 32, pods_min = 3, pods_most = 3 },
    ]
    node = { type = "small", cpu = 5, memory = 40, system_cpu = 1, system_memory = 4 }
  }

  assert {
    condition     = output.requested.cpu_min == 13.5 && output.requested.cpu_most == 22
    error_message = "3 × 0.5 + 3 × 4 cores at the least, 20 × 0.5 + 3 × 4 at the most."
  }

  assert {
    condition     = output.nodes_min == 4 && output.nodes_most == 6
    error_message = "13.5 / 4 and 22 / 4 cores, rounded up."
  }
}

run "one_node_in_each_zone_at_least" {
  command = plan
  module {
    source = "./sizes"
  }
  variables {
    pods = [{ name = "gateway", cpu = 0.1, memory = 0.1, pods_min = 1, pods_most = 1 }]
    node = { type = "small", cpu = 4, memory = 16, system_cpu = 1, system_memory = 4 }
  }

  assert {
    condition     = output.nodes_min == 3
    error_message = "Three zones need three nodes."
  }
}

run "memory_decides_when_it_is_scarce" {
  command = plan
  module {
    source = "./sizes"
  }
  variables {
    pods = [{ name = "cache", cpu = 0.1, memory = 10, pods_min = 5, pods_most = 5 }]
    node = { type = "small", cpu = 4, memory = 16, system_cpu = 1, system_memory = 4 }
  }

  assert {
    condition     = output.nodes_min == 5
    error_message = "50 GiB / 12 GiB, rounded up."
  }
}

run "a_pod_larger_than_a_node_is_refused" {
  command = plan
  module {
    source = "./sizes"
  }
  variables {
    pods = [{ name = "postgres", cpu = 4, memory = 32, pods_min = 3, pods_most = 3 }]
    node = { type = "small", cpu = 4, memory = 32, system_cpu = 1, system_memory = 4 }
  }
  expect_failures = [output.requested]
}

run "a_stand_in_waits_with_weight_0" {
  command = plan
  module {
    source = "./routing"
  }
  variables {
    active    = ["us-east-1", "eu-west-1"]
    stand_ins = { us-east-1 = "us-west-2" }
    check     = { interval = 10, timeout = 4, failures = 2, ttl = 2 }
  }

  assert {
    condition     = { for name, record in output.records : name => record.weight } == { "eu-west-1-eu-west-1" = 100, "us-east-1-us-east-1" = 100, "us-east-1-us-west-2" = 0 }
    error_message = "Each active region answers for itself; the stand-in has weight 0."
  }

  assert {
    condition     = output.seconds == { detected = 24, led_away = 26 }
    error_message = "Two checks at 10 s each, 4 s until the second one has failed, then 2 s until resolvers ask again."
  }
}

run "a_planned_move_shares_the_traffic" {
  command = plan
  module {
    source = "./routing"
  }
  variables {
    active    = ["us-east-1"]
    stand_ins = { us-east-1 = "us-west-2" }
    moved     = { us-east-1 = 25 }
    check     = { interval = 10, timeout = 4, failures = 2, ttl = 2 }
  }

  assert {
    condition     = output.records["us-east-1-us-east-1"].weight == 75 && output.records["us-east-1-us-west-2"].weight == 25
    error_message = "25 % go to the stand-in."
  }
}

run "a_region_without_stand_in_cannot_be_moved" {
  command = plan
  module {
    source = "./routing"
  }
  variables {
    active = ["eu-west-1"]
    moved  = { eu-west-1 = 25 }
    check  = { interval = 10, timeout = 4, failures = 2, ttl = 2 }
  }
  expect_failures = [var.moved]
}

run "slow_detection_is_refused" {
  command = plan
  module {
    source = "./routing"
  }
  variables {
    active = ["eu-west-1"]
    check  = { interval = 30, timeout = 4, failures = 2, ttl = 2 }
  }
  expect_failures = [var.check]
}

run "names_that_are_kept_too_long_are_refused" {
  command = plan
  module {
    source = "./routing"
  }
  variables {
    active = ["eu-west-1"]
    check  = { interval = 10, timeout = 4, failures = 2, ttl = 30 }
  }
  expect_failures = [var.check]
}

run "one_failed_check_is_not_enough" {
  command = plan
  module {
    source = "./routing"
  }
  variables {
    active = ["eu-west-1"]
    check  = { interval = 10, timeout = 4, failures = 1, ttl = 10 }
  }
  expect_failures = [var.check]
}

run "clients_are_led_away_within_30_seconds" {
  command = plan
  assert {
    condition     = output.routing.seconds.led_away < 30
    error_message = "routing/check.yaml leads clients of a lost region away in less than 30 seconds."
  }
}

run "the_cdn_keeps_code_30_days_and_images_90" {
  command = plan
  module {
    source = "./cdn"
  }

  assert {
    condition     = alltrue([for rule in output.kept : rule.seconds == (contains(["*.css", "*.js"], rule.pattern) ? 2592000 : 7776000)])
    error_message = "CSS and JavaScript stay 30 days, images 90."
  }

  assert {
    condition     = output.api_seconds == 0 && alltrue([for rule in output.kept : startswith(rule.pattern, "*.")])
    error_message = "Only files are kept, never responses of the API."
  }
}
