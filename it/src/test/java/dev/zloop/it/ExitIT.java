package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.zloop.it.support.ChildJvm;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A JVM that is told to exit, and has a server. */
class ExitIT {

  @Test
  void clientsHearTheEndInOrderBeforeTheJvmExits() throws Exception {
    try (ChildJvm child = ChildJvm.start(ChildJvm.javaCommand(ExitProbe.class));
        Socket client = new Socket("127.0.0.1", Integer.parseInt(child.line()))) {
      BufferedReader heard = new BufferedReader(new InputStreamReader(client.getInputStream()));
      assertEquals("hello", heard.readLine());
      child.signal("TERM");
      assertEquals("goodbye", heard.readLine());
      assertNull(heard.readLine()); // an end, and no reset
      client.shutdownOutput();
      assertEquals(128 + 15, child.exitStatus());
      assertEquals(List.of(), child.remainingLines());
    }
  }
}
