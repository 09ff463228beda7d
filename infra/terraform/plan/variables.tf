variable "domain" {
  description = "Domain of the product."
  type        = string
  default     = "infamous-freight.example"
}

variable "primary" {
  description = "The region with the database that accepts writes."
  type        = string
  default     = "us-east-1"
}

variable "stand_ins" {
  description = "The region that takes over for another one. It gets no clients before."
  type        = map(string)
  default     = { us-east-1 = "us-west-2" }
}

variable "moved" {
  description = "Percent of a region's traffic that goes to its stand-in."
  type        = map(number)
  default     = {}
}

variable "node" {
  description = "The type of all nodes. `system` is what kubelet, the agents of the node and the operators take."
  type = object({
    type          = string
    cpu           = number
    memory        = number
    system_cpu    = number
    system_memory = number
  })
  default = { type = "r7i.2xlarge", cpu = 8, memory = 64, system_cpu = 0.8, system_memory = 6 }
}

variable "zones" {
  description = "Availability zones of each region."
  type        = number
  default     = 3
}
