# Healthy: jobs on five threads allocate strings of mixed sizes; arenas and heap pages grow by and by, and then rest.
require_relative "requests"

jobs = Queue.new
5.times do
  recent = []
  Thread.new do
    while jobs.pop
      rows = Array.new(200 + rand(1500)) { "x" * (20 + rand(3000)) }
      recent << rows.sample(40)
      recent.shift if recent.size > 30
      sleep(rand * 2)
    end
  end
end
each_request { jobs << true if jobs.size < 50 }
