package io.elasticjob.zookeeper.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.Posix;
import io.elasticjob.testing.machine.Root;
import io.elasticjob.zookeeper.embedded.PrivateFolder.Owned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Needs(value = Posix.NAME, there = Posix.class)
class PrivateFolderTest {

    private static final int ME = 1000;
    private static final int SOMEBODY = 1001;

    @TempDir
    Path home;

    private Path everybodys;

    @BeforeEach
    void makeAPlaceForEverybody() throws IOException {
        everybodys = Files.createDirectory(home.resolve("tmp"));
        Files.setAttribute(everybodys, "unix:mode", 01777);
    }

    // ---- The decisions ----

    @ParameterizedTest
    @CsvSource({
        // place: user, mode; step: user; used
        "0,    0755, 1000, true",
        "0,    0755, 1001, true", // whose it is, root decided
        "0,    1777, 1000, true",
        "0,    1777, 0,    true",
        "0,    1777, 1001, false",
        "1000, 0775, 1001, false",
        "1000, 0775, 1000, true",
        "1000, 0702, 1001, false",
        "1000, 0700, 1001, true",
    })
    void whereOthersMayWriteOnlyWhatIsOursOrRootsIsUsed(int user, String mode, int step, boolean used) {
        assertThat(PrivateFolder.wrongOnTheWay(new Owned(user, Integer.parseInt(mode, 8)), new Owned(step, 0700), ME)
                        .isEmpty())
                .isEqualTo(used);
    }

    @ParameterizedTest
    @CsvSource({
        "1000, 0700, true",
        "1000, 0755, true",
        "1000, 0775, false",
        "1000, 0702, false",
        "1000, 1777, false",
        "0,    0700, false",
        "1001, 0700, false"
    })
    void theFolderItselfIsOursAndNobodyElseMayWriteThere(int user, String mode, boolean used) {
        assertThat(PrivateFolder.wrongAtTheEnd(new Owned(user, Integer.parseInt(mode, 8)), ME)
                        .isEmpty())
                .isEqualTo(used);
        assertThat(PrivateFolder.wrongAtTheEnd(new Owned(SOMEBODY, 0700), ME))
                .hasValueSatisfying(what -> assertThat(what).contains("another user", "1001", "1000"));
    }

    // ---- On a real file system ----

    @Test
    void whatIsMadeIsOpenToNobodyElse() throws IOException {
        Path folder = PrivateFolder.at(everybodys.resolve("elasticjob-me/zookeeper"));

        assertThat(List.of(folder, everybodys.resolve("elasticjob-me")))
                .allSatisfy(made -> assertThat(mode(made)).isEqualTo("rwx------"));
        assertThat(folder).isEqualTo(everybodys.toRealPath().resolve("elasticjob-me/zookeeper"));
    }

    @Test
    void aFolderOfOursInAPlaceForEverybodyIsClosedToOthers() throws IOException {
        Path folder = Files.createDirectory(everybodys.resolve("mine"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThat(mode(PrivateFolder.at(folder))).isEqualTo("rwx------");
    }

    @Test
    void aFolderThatOthersMayWriteIsRefusedWithItsModeAndTheWayOut() throws IOException {
        Path folder = Files.createDirectory(home.resolve("open"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwx---"));

        assertThatThrownBy(() -> PrivateFolder.at(folder))
                .isInstanceOf(EmbeddedZooKeeperException.class)
                .hasMessageContainingAll("elasticjob.registry.embedded.data-dir: " + folder, "mode 770", "chmod go-w");
    }

    @Test
    @Needs(value = Root.NAME, there = Root.class)
    void whatAnotherUserHasPutInAPlaceForEverybodyIsRefused() throws IOException {
        Path theirs = Files.createDirectory(everybodys.resolve("elasticjob-root"));
        give(theirs);
        assertThatThrownBy(() -> PrivateFolder.at(theirs)).hasMessageContaining("uid 65534");
        assertThatThrownBy(() -> PrivateFolder.at(theirs.resolve("zookeeper"))).hasMessageContaining("uid 65534");
        assertThat(theirs).isEmptyDirectory();

        Path precious = Files.createDirectory(home.resolve("precious"));
        Path link = Files.createSymbolicLink(everybodys.resolve("link"), precious);
        give(link);
        assertThatThrownBy(() -> PrivateFolder.at(link)).hasMessageContaining(link + " belongs to another user");
        assertThatThrownBy(() -> PrivateFolder.at(link.resolve("zookeeper")))
                .hasMessageContaining(link + " belongs to another user");
        assertThat(precious).isEmptyDirectory();
    }

    @Test
    void linksOfOursAreFollowed() throws IOException {
        Path real = Files.createDirectories(home.resolve("a/b"));
        Files.createSymbolicLink(home.resolve("absolute"), real);
        Files.createSymbolicLink(home.resolve("a/relative"), Path.of("../absolute/../b"));

        assertThat(PrivateFolder.at(home.resolve("a/relative"))).isEqualTo(real.toRealPath());
        Path loop = Files.createSymbolicLink(home.resolve("loop"), home.resolve("loop"));
        assertThatThrownBy(() -> PrivateFolder.at(loop)).isInstanceOf(IOException.class);
    }

    @Test
    void aLinkInPlaceOfWhatLiesInTheFolderIsNotFollowed() throws Exception {
        Path folder = PrivateFolder.at(home.resolve("data"));
        Path precious = Files.writeString(home.resolve("precious"), "21");
        Path elsewhere = Files.createDirectory(home.resolve("elsewhere"));

        Files.createSymbolicLink(folder.resolve("zookeeper"), elsewhere);
        assertThatThrownBy(() -> PrivateFolder.within(folder, "zookeeper")).isInstanceOf(IOException.class);
        Files.createSymbolicLink(folder.resolve("port.new"), precious);
        Files.createSymbolicLink(folder.resolve("port"), precious);
        Announcement announcement = new Announcement(folder);
        assertThatThrownBy(announcement::port).isInstanceOf(IOException.class);
        announcement.publish(4711);
        assertThat(announcement.port()).hasValue(4711);
        Files.createSymbolicLink(folder.resolve("host.lock"), precious);
        try (HostSeat seat = new HostSeat(folder)) {
            assertThatThrownBy(seat::tryTake).isInstanceOf(IOException.class);
        }
        assertThat(precious).hasContent("21");
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void theFilesOfAHostAreReadByNobodyElse() throws Exception {
        Path folder = home.resolve("data");
        try (EmbeddedZooKeeper zooKeeper = new EmbeddedZooKeeper(folder, 0, Duration.ofSeconds(20))) {
            zooKeeper.start().toCompletableFuture().join();
            assertThat(List.of("port", "host.lock"))
                    .allSatisfy(file -> assertThat(mode(folder.resolve(file))).isEqualTo("rw-------"));
            assertThat(List.of(folder, folder.resolve("zookeeper")))
                    .allSatisfy(made -> assertThat(mode(made)).isEqualTo("rwx------"));
        }
    }

    @Test
    void itServesOnlyWhileAHostSaysSoInTheFolder() throws Exception {
        Path folder = home.resolve("data");
        EmbeddedZooKeeper zooKeeper = new EmbeddedZooKeeper(folder, 0, Duration.ofSeconds(20));
        try (zooKeeper) {
            assertThat(zooKeeper.isServing()).isFalse();
            zooKeeper.start().toCompletableFuture().join();
            assertThat(zooKeeper.isServing()).isTrue();
            Announcement announcement = new Announcement(folder);
            int port = announcement.withdraw().orElseThrow();
            assertThat(zooKeeper.isServing()).isFalse();
            announcement.publish(port == 4711 ? 4712 : 4711);
            assertThat(zooKeeper.isServing()).isFalse();
            announcement.publish(port);
            assertThat(zooKeeper.isServing()).isTrue();
        }
        assertThat(zooKeeper.isServing()).isFalse();
    }

    private static void give(Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", 65534, LinkOption.NOFOLLOW_LINKS);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
