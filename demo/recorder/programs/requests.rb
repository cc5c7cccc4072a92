# Serves what the recorder announces: a line of standard input is a number of requests, 0 for a quiet tick.
require "securerandom"

# What a service holds all its life, RECORDER_BASE_MIB in all: code, settings, tables.
BASE = Array.new(Integer(ENV.fetch("RECORDER_BASE_MIB")) * 256) { SecureRandom.bytes(4096) }

def each_request
  $stdin.each_line do |line|
    Integer(line).times do
      body = SecureRandom.bytes(1000 + rand(60_000))
      yield body
    end
  end
end
