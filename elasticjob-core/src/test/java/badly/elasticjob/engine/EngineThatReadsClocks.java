package badly.elasticjob.engine;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Each method in its own way. */
class EngineThatReadsClocks {
    Instant instant() {
        return Instant.now();
    }

    Supplier<Instant> reference() {
        return Instant::now;
    }

    Supplier<Date> constructorReference() {
        return Date::new;
    }

    Runnable lambda() {
        return () -> System.nanoTime();
    }

    LocalDateTime local() {
        return LocalDateTime.now();
    }

    ZonedDateTime zoned() {
        return ZonedDateTime.now(ZoneId.of("Europe/Paris"));
    }

    Clock clock() {
        return Clock.systemUTC();
    }

    Clock tick() {
        return Clock.tickSeconds(ZoneId.of("Europe/Paris"));
    }

    InstantSource source() {
        return InstantSource.system();
    }

    long millis() {
        return System.currentTimeMillis();
    }

    Date date() {
        return new Date();
    }

    void sleep() throws InterruptedException {
        Thread.sleep(1);
    }

    void sleepByUnit() throws InterruptedException {
        TimeUnit.SECONDS.sleep(1);
    }
}
