package io.elasticjob.quartz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.elasticjob.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.quartz.impl.SchedulerRepository;
import org.quartz.impl.StdSchedulerFactory;

class QuartzFireSourceTest {

    private record Ring(Schedule schedule, Instant fireTime, Thread thread) {}

    private final List<QuartzFireSource> sources = new ArrayList<>();
    private final LinkedBlockingQueue<Ring> rings = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        sources.forEach(QuartzFireSource::close);
    }

    @Test
    void tellsTheInstantsOfTheScheduleWithoutGapOrDouble() throws Exception {
        // A clock that stands still never sees a ring that is late: so none is left out, however slow the machine.
        Instant start = Instant.now();
        QuartzFireSource source = open(() -> start);
        Schedule schedule = Schedule.every(Duration.ofMillis(20));
        source.follow(schedule);
        source.follow(schedule);
        source.follow(Schedule.every(Duration.ofMillis(20)));

        Instant expected = start;
        for (int i = 0; i < 25; i++) {
            expected = schedule.next(expected).orElseThrow();
            assertThat(ring().fireTime()).isEqualTo(expected);
        }
    }

    @Test
    void namesTheInstantItselfWhenQuartzIsEarly() throws Exception {
        QuartzFireSource source = open(Instant::now);
        Schedule schedule = Schedule.every(Duration.ofMillis(7));
        source.follow(schedule);

        Instant last = Instant.MIN;
        for (int i = 0; i < 50; i++) {
            Instant fireTime = ring().fireTime();
            assertThat(fireTime.toEpochMilli() % 7).isZero();
            assertThat(fireTime).isAfter(last).isBefore(Instant.now().plusMillis(3));
            last = fireTime;
        }
    }

    @Test
    void tellsTheLatestOnceAfterAPause() throws Exception {
        Schedule schedule = Schedule.every(Duration.ofMillis(10));
        Instant start = Instant.now().minusSeconds(3600);
        Instant end = start.plusSeconds(3600).plusMillis(5);
        // Asked once when it begins to follow, and then, for the first time, an hour later.
        Instant[] now = {start};
        QuartzFireSource source = open(() -> {
            Instant answer = now[0];
            now[0] = end;
            return answer;
        });
        source.follow(schedule);

        Instant latest = schedule.latest(end).orElseThrow();
        assertThat(ring().fireTime()).isEqualTo(latest);
        assertThat(ring().fireTime()).isEqualTo(schedule.next(latest).orElseThrow());
    }

    @Test
    void aScheduleThatCanNotBeWorkedOutCostsItselfAlone() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        QuartzFireSource source = open(() -> {
            if (asked.incrementAndGet() == 2) { // the first time that Quartz's own thread asks
                throw new StackOverflowError("on purpose");
            }
            return Instant.now();
        });
        source.follow(Schedule.every(Duration.ofMillis(10)));
        await().until(() -> asked.get() >= 2);
        rings.clear();

        Schedule other = Schedule.every(Duration.ofMillis(7));
        source.follow(other);
        assertThat(ring().schedule()).isEqualTo(other);
        assertThat(ring().schedule()).isEqualTo(other);
    }

    @Test
    void ringsForManySchedulesFromOneThread() throws Exception {
        Instant start = Instant.now();
        QuartzFireSource source = open(() -> start);
        // Different periods, so different schedules; more of them than Quartz takes at once.
        List<Schedule> schedules = IntStream.rangeClosed(500, 1499)
                .mapToObj(millis -> Schedule.every(Duration.ofMillis(millis)))
                .toList();
        schedules.forEach(source::follow);

        Set<Schedule> told = new HashSet<>();
        Set<Thread> threads = new HashSet<>();
        while (told.size() < schedules.size()) {
            Ring ring = ring();
            told.add(ring.schedule());
            threads.add(ring.thread());
        }
        assertThat(threads).singleElement().satisfies(thread -> {
            assertThat(thread.getName()).isEqualTo("elasticjob-fire");
            assertThat(thread.isDaemon()).isTrue();
        });
    }

    @Test
    void tellsNothingMoreOfAForgottenSchedule() throws Exception {
        QuartzFireSource source = open(Instant::now);
        Schedule forgotten = Schedule.every(Duration.ofMillis(3));
        Schedule followed = Schedule.every(Duration.ofMillis(5));
        source.follow(forgotten);
        source.follow(followed);
        while (!ring().schedule().equals(forgotten)) {}

        source.forget(forgotten);
        source.forget(Schedule.every(Duration.ofDays(1)));

        // One that was under way may still come; it has passed when the same thread rings for the other schedule.
        rings.clear();
        while (!ring().schedule().equals(followed)) {}
        for (int i = 0; i < 20; i++) {
            assertThat(ring().schedule()).isEqualTo(followed);
        }
        source.follow(forgotten);
        while (!ring().schedule().equals(forgotten)) {}
    }

    @Test
    void hasNothingToTellOfAScheduleThatHasEnded() throws Exception {
        QuartzFireSource source = open(Instant::now);
        source.follow(Schedule.onTrigger());
        source.follow(Schedule.cron("0 0 0 1 1 ? 2001", ZoneOffset.UTC));
        Schedule alive = Schedule.every(Duration.ofMillis(5));
        source.follow(alive);
        for (int i = 0; i < 5; i++) {
            assertThat(ring().schedule()).isEqualTo(alive);
        }
    }

    @Test
    void tellsTheLastFireTimeOfAScheduleThatEnds() throws Exception {
        Instant start = Instant.now();
        Instant last = start.plusMillis(300).truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        String cron = DateTimeFormatter.ofPattern("s m H d M '?' yyyy")
                .withZone(ZoneOffset.UTC)
                .format(last);
        QuartzFireSource source = open(Instant::now);
        Schedule schedule = Schedule.cron(cron, ZoneOffset.UTC);
        source.follow(schedule);
        assertThat(ring().fireTime()).isEqualTo(last);

        source.forget(schedule);
        source.follow(Schedule.every(Duration.ofMillis(5)));
        assertThat(ring().schedule()).isNotEqualTo(schedule);
    }

    @Test
    void aListenerThatThrowsHarmsNobody() throws Exception {
        QuartzFireSource source = new QuartzFireSource(Instant::now);
        sources.add(source);
        source.open((schedule, fireTime) -> {
            rings.add(new Ring(schedule, fireTime, Thread.currentThread()));
            throw new AssertionError("on purpose");
        });
        source.follow(Schedule.every(Duration.ofMillis(5)));
        source.follow(Schedule.every(Duration.ofMillis(10)));
        for (int i = 0; i < 6; i++) {
            ring();
        }
    }

    @Test
    void sourcesInOneProcessDoNotMeet() throws Exception {
        Schedule schedule = Schedule.every(Duration.ofMillis(5));
        QuartzFireSource first = open(Instant::now);
        first.follow(schedule);
        Thread one = ring().thread();
        QuartzFireSource second = open(Instant::now);
        second.follow(schedule);
        while (ring().thread() == one) {}

        first.close();
        one.join(20_000);
        assertThat(one.isAlive()).isFalse();
        rings.clear();
        assertThat(ring().thread()).isNotSameAs(one);
    }

    @Test
    void isSilentAfterItsEnd() throws Exception {
        QuartzFireSource source = open(Instant::now);
        source.follow(Schedule.every(Duration.ofMillis(1)));
        Thread thread = ring().thread();

        source.close();
        source.close();
        source.follow(Schedule.every(Duration.ofMillis(2)));
        source.forget(Schedule.every(Duration.ofMillis(1)));

        thread.join(20_000);
        assertThat(thread.isAlive()).as("the thread that rings").isFalse();
    }

    /** A quartz.properties on the class path of these tests asks for a thread pool that does not exist. */
    @Test
    void theApplicationsQuartzIsNotTouched() throws Exception {
        assertThatThrownBy(() -> new StdSchedulerFactory().getScheduler()).hasMessageContaining("no.such.ThreadPool");

        QuartzFireSource source = open(Instant::now);
        source.follow(Schedule.every(Duration.ofMillis(5)));
        ring();
        assertThat(SchedulerRepository.getInstance().lookupAll()).isEmpty();
    }

    @Test
    void isOpenedOnceAndFirst() {
        QuartzFireSource source = new QuartzFireSource(Instant::now);
        assertThatThrownBy(() -> source.follow(Schedule.every(Duration.ofSeconds(1))))
                .isInstanceOf(IllegalStateException.class);
        source.close();
        QuartzFireSource open = open(Instant::now);
        assertThatThrownBy(() -> open.open((schedule, fireTime) -> {})).isInstanceOf(IllegalStateException.class);
    }

    private Ring ring() throws InterruptedException {
        Ring ring = rings.poll(20, TimeUnit.SECONDS);
        assertThat(ring).as("a ring").isNotNull();
        return ring;
    }

    private QuartzFireSource open(InstantSource clock) {
        QuartzFireSource source = new QuartzFireSource(clock);
        sources.add(source);
        source.open((schedule, fireTime) -> rings.add(new Ring(schedule, fireTime, Thread.currentThread())));
        return source;
    }
}
