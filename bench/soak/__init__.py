"""What a bridge goes through in months, in hours: kills, full disks, ten thousand bounces, days of timers."""
