/** Places of New York; `parsePlaces()` explains the columns. Costs are in US dollars. */
export const places = `
# Lower Manhattan
9/11 Memorial & Museum | museum | 40.7115 -74.0134 | 110 | 36 | morning midday afternoon | top book closed:tue | Water falls into the outlines of the towers; the museum lies below.
One World Observatory | sight | 40.7130 -74.0132 | 60 | 44 | day evening | book | From the 100th floor, three states are in view.
Brooklyn Bridge | sight | 40.7061 -73.9969 | 60 | 0 | day evening | top | Walk on the wooden deck above the traffic, toward the towers.
Staten Island Ferry | transport | 40.7013 -74.0131 | 70 | 0 | afternoon evening | | A free boat to and fro, past the Statue of Liberty.
Stone Street | food | 40.7041 -74.0104 | 80 | 32 | dinner | area | Outdoor tables on cobblestones between towers of banks.

# Chinatown
Mott Street | food | 40.7155 -73.9985 | 65 | 18 | lunch dinner | area | Soup dumplings, bakeries and tea in old Chinatown.

# Lower East Side
Tenement Museum | museum | 40.7185 -73.9900 | 75 | 30 | day | book steep | Guides open the flats of families who came from Europe.
New Museum | museum | 40.7223 -73.9929 | 75 | 25 | day | closed:mon closed:tue | New art in a stack of white boxes on the Bowery.
Katz's Delicatessen | food | 40.7222 -73.9874 | 60 | 32 | lunch dinner | | Take a ticket, then a pastrami sandwich cut by hand.

# Greenwich Village
Washington Square Park | nature | 40.7308 -73.9973 | 35 | 0 | day evening | | Chess players, pianists and students around the arch.
Strand Bookstore | shopping | 40.7333 -73.9909 | 40 | - | day evening | | Eighteen miles of new, used and rare books.
Caffè Reggio | food | 40.7303 -74.0003 | 35 | 9 | afternoon evening | | Cappuccino under dark paintings since 1927.
Comedy Cellar | entertainment | 40.7302 -74.0005 | 100 | 25 | night | book | Five comedians an hour in front of a brick wall.
Village Vanguard | nightlife | 40.7360 -74.0017 | 90 | 40 | night | book | A jazz basement shaped like a wedge, where live albums were made.

# Chelsea
High Line | nature | 40.7480 -74.0048 | 60 | 0 | day evening | top | Grasses and art on an old freight railway above the streets.
Whitney Museum | museum | 40.7396 -74.0089 | 90 | 30 | day | closed:tue | Hopper, O'Keeffe, and terraces above the Hudson.
Chelsea Market | food | 40.7424 -74.0061 | 65 | 22 | lunch dinner | | Tacos, lobster and noodles in a former biscuit factory.
Little Island | nature | 40.7419 -74.0101 | 35 | 0 | day evening | | A small hilly park on concrete tulips in the river.

# Midtown
Empire State Building | sight | 40.7484 -73.9857 | 75 | 48 | day evening | top book | The open deck on the 86th floor, best an hour before dark.
Grand Central Terminal | sight | 40.7527 -73.9772 | 40 | 0 | day evening | | Golden stars move backward on the green ceiling.
New York Public Library | sight | 40.7532 -73.9822 | 40 | 0 | day | | Two stone lions guard a reading room as long as a block.
MoMA | museum | 40.7614 -73.9776 | 110 | 30 | day | top book | The Starry Night, the Demoiselles, and a garden of sculpture.
Top of the Rock | sight | 40.7590 -73.9794 | 60 | 42 | day evening | book | Central Park on one side, the Empire State on the other.
Koreatown | food | 40.7477 -73.9868 | 75 | 28 | lunch dinner | area | Barbecue and stews on 32nd Street, up to the third floor.
Ninth Avenue | food | 40.7638 -73.9888 | 75 | 28 | dinner | area | Dinner from any country, close to the theaters.
Times Square | sight | 40.7580 -73.9855 | 30 | 0 | evening night | | Stand on the red steps while the screens turn night into day.
Richard Rodgers Theatre | entertainment | 40.7590 -73.9867 | 130 | 140 | night | book | A Broadway house with a musical on most evenings.
Carnegie Hall | entertainment | 40.7651 -73.9799 | 110 | 60 | night | book | The hall that musicians practice for.
Birdland | nightlife | 40.7592 -73.9896 | 100 | 45 | night | book | Big bands and jazz singers, named after Charlie Parker.

# Upper East Side
The Metropolitan Museum of Art | museum | 40.7794 -73.9632 | 150 | 30 | morning afternoon | top closed:wed | An Egyptian temple, armor, Vermeer, and a roof garden in summer.
Guggenheim Museum | museum | 40.7830 -73.9590 | 80 | 30 | day | | Take the lift up and walk down Wright's spiral.
Bethesda Terrace | nature | 40.7740 -73.9708 | 60 | 0 | day evening | top | The heart of Central Park: fountain, lake and tiled arcade.

# Upper West Side
American Museum of Natural History | museum | 40.7813 -73.9740 | 120 | 28 | morning afternoon | | Dinosaurs, the blue whale and a glass cube of planets.
Zabar's | food | 40.7850 -73.9795 | 45 | 16 | lunch | | Bagels and smoked fish for a bench in the park.
Metropolitan Opera | entertainment | 40.7728 -73.9843 | 120 | 90 | night | book | Chandeliers rise before the curtain at Lincoln Center.

# Harlem
Cathedral of St. John the Divine | sight | 40.8038 -73.9619 | 45 | 15 | day | | A nave of 180 meters that is still not finished.
Sylvia's | food | 40.8087 -73.9446 | 75 | 30 | lunch dinner | | Fried chicken, greens and cornbread since 1962.
Apollo Theater | entertainment | 40.8100 -73.9500 | 110 | 40 | night | book | Amateurs have become legends on this stage.

# Brooklyn Heights
Brooklyn Bridge Park | nature | 40.7003 -73.9967 | 50 | 0 | day evening | | Lawns on old piers, opposite the towers of Manhattan.
Washington Street | sight | 40.7034 -73.9894 | 25 | 0 | day evening | area | The bridge stands exactly between two rows of brick.
Grimaldi's | food | 40.7026 -73.9932 | 65 | 22 | lunch dinner | | Thin pizza from a coal oven under the bridge.

# Prospect Heights
Brooklyn Museum | museum | 40.6712 -73.9636 | 90 | 20 | day | closed:mon closed:tue | Egyptian rooms and Judy Chicago's Dinner Party.
Brooklyn Botanic Garden | nature | 40.6681 -73.9637 | 70 | 22 | day | closed:mon | Cherry trees, a Japanese pond and glasshouses.
Prospect Park | nature | 40.6646 -73.9710 | 60 | 0 | day evening | | The Long Meadow, by the designers of Central Park.

# Williamsburg
Domino Park | nature | 40.7144 -73.9680 | 40 | 0 | day evening | | Cranes of the sugar factory frame the bridge and the skyline.
Bedford Avenue | food | 40.7179 -73.9577 | 80 | 30 | dinner | area | Vintage shops by day, small kitchens by night.
Brooklyn Bowl | nightlife | 40.7219 -73.9575 | 110 | 35 | night | | Bowling lanes beside a stage for funk and rock.

# Coney Island, day trip
Coney Island Boardwalk | nature | 40.5727 -73.9790 | 60 | 0 | day evening | | Wooden planks between the sand and the old rides.
New York Aquarium | sight | 40.5744 -73.9753 | 100 | 33 | day | | Sharks, sea lions and penguins next to the beach.
Nathan's Famous | food | 40.5753 -73.9814 | 45 | 15 | lunch | | Hot dogs on the corner where they became famous.
Brighton Beach Avenue | food | 40.5776 -73.9613 | 75 | 28 | dinner | area | Dumplings and smoked fish below the elevated train.
`;
