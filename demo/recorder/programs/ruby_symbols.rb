# LEAKS: a method is defined for each new customer: its name becomes a symbol that is never collected, with its closure.
require_relative "requests"

module Finders; end

number = 0
each_request do
  number += 1
  settings = { id: number, token: SecureRandom.hex(200) }
  Finders.define_singleton_method("settings_of_customer_#{number}") { settings }
end
