/** Places of Cape Town; `parsePlaces()` explains the columns. Costs are in rand. */
export const places = `
# City Bowl
Company's Garden | nature | -33.9273 18.4170 | 40 | 0 | day | | Squirrels, old trees and the oldest pear of the colony.
Iziko South African Museum | museum | -33.9289 18.4148 | 60 | 80 | day | | Whale skeletons, fossils and early stone tools.
Iziko South African National Gallery | museum | -33.9288 18.4170 | 55 | 80 | day | | African art from beadwork to protest posters.
District Six Museum | museum | -33.9277 18.4238 | 60 | 80 | day | closed:sun | Former residents remember the quarter that was torn down.
Castle of Good Hope | sight | -33.9258 18.4277 | 70 | 50 | day | | A star-shaped fort, the oldest building in the country.
Greenmarket Square | shopping | -33.9227 18.4204 | 35 | - | day | | Masks, cloth and drums on cobbles between Art Deco houses.
Eastern Food Bazaar | food | -33.9238 18.4220 | 45 | 100 | lunch dinner | | Curries and shawarma from busy counters in an old arcade.
Bree Street | food | -33.9212 18.4179 | 85 | 380 | dinner | area | Small plates and Cape wines in Georgian warehouses.
Long Street | nightlife | -33.9243 18.4174 | 100 | 180 | night | area | Balconies of iron lace, bars and bands until late.
Cape Town City Hall | entertainment | -33.9254 18.4243 | 110 | 230 | night | book | The philharmonic plays where Mandela spoke to the free crowd.

# Foreshore
Artscape Theatre Centre | entertainment | -33.9190 18.4293 | 110 | 280 | night | book | Opera, ballet and new South African plays.

# Bo-Kaap
Bo-Kaap | sight | -33.9209 18.4152 | 50 | 0 | day | top area steep | Bright houses on steep cobbles, and the call of nine mosques.
Signal Hill | nature | -33.9180 18.4031 | 45 | 0 | evening | steep | Picnic blankets for the sunset over Sea Point.

# Gardens
Table Mountain Aerial Cableway | nature | -33.9482 18.4029 | 150 | 450 | morning afternoon | top book | The cabin turns as it climbs; go as soon as the cloth of cloud lifts.
Lion's Head | nature | -33.9350 18.3890 | 150 | 0 | morning | steep | A spiral path with chains and ladders to a view all around.
Kloof Street | food | -33.9316 18.4119 | 80 | 290 | lunch dinner | area | Bistros and burger bars on the slope below the mountain.

# V&A Waterfront
V&A Waterfront | shopping | -33.9046 18.4198 | 60 | - | day evening | area | Seals, buskers and shops around a working harbor.
Zeitz MOCAA | museum | -33.9083 18.4230 | 80 | 250 | day | top | African art in the tubes of a grain silo, cut open like a honeycomb.
Two Oceans Aquarium | sight | -33.9079 18.4177 | 80 | 260 | day | | Kelp forest, penguins and turtles from two seas.
Nelson Mandela Gateway | museum | -33.9053 18.4222 | 200 | 600 | morning afternoon | book | The ferry to Robben Island leaves here; former prisoners guide.
Time Out Market Cape Town | food | -33.9063 18.4192 | 65 | 220 | lunch dinner | | The city's kitchens at long tables in an old power station.

# Green Point
Green Point Park | nature | -33.9035 18.4025 | 50 | 0 | day | | Lawns, native plants and a view of the stadium.
Green Point Lighthouse | sight | -33.9010 18.4002 | 25 | 30 | morning midday | | Diagonal stripes and a loud foghorn since 1824.

# Sea Point
Sea Point Promenade | nature | -33.9137 18.3872 | 50 | 0 | day evening | | Joggers, sculptures and an outdoor pool beside the surf.
Main Road | food | -33.9163 18.3880 | 75 | 270 | lunch dinner | area | Every kitchen of the world on one long street.

# Camps Bay
Camps Bay Beach | nature | -33.9509 18.3773 | 75 | 0 | morning midday afternoon evening | top | White sand below twelve stone peaks.
Clifton 4th Beach | nature | -33.9415 18.3757 | 75 | 0 | day | steep | A sheltered cove between granite boulders.
Victoria Road | food | -33.9513 18.3785 | 85 | 390 | lunch dinner | area | Terraces under palms that face the sunset.

# Newlands
Kirstenbosch | nature | -33.9876 18.4326 | 120 | 250 | morning afternoon | top | Proteas, and a bridge that winds through the tree tops.

# Constantia
Groot Constantia | food | -34.0270 18.4244 | 75 | 150 | midday afternoon | | Taste the sweet wine that Napoleon asked for.
Jonkershuis Constantia | food | -34.0274 18.4244 | 75 | 280 | lunch | | Cape Malay curry under oaks, beside the manor.

# Muizenberg, day trip
Surfer's Corner | nature | -34.1083 18.4706 | 60 | 0 | day | | Beach huts in bright colors, and waves for beginners.
St James Tidal Pool | nature | -34.1184 18.4588 | 45 | 0 | day | | A calm pool and a walk along the rails to Muizenberg.
Kalk Bay Harbour | sight | -34.1286 18.4492 | 35 | 0 | day evening | | Painted boats, fish sellers and fat seals.
Kalky's | food | -34.1283 18.4490 | 55 | 130 | lunch | | Hake and chips on benches at the quay.

# Simon's Town, day trip
Boulders Beach | nature | -34.1974 18.4510 | 60 | 200 | morning midday afternoon | top | Boardwalks through a colony of African penguins.
Jubilee Square | food | -34.1922 18.4331 | 60 | 190 | lunch | area | Cafés above the yacht harbor, beside a statue of a sailor's dog.

# Cape Point, day trip
Cape Point Lighthouse | sight | -34.3536 18.4903 | 80 | 420 | morning afternoon | top steep | The old lighthouse, above cliffs where two currents meet.
Cape of Good Hope | nature | -34.3575 18.4725 | 45 | - | day | | Ostriches and baboons near the most south-western point.
Two Oceans Restaurant | food | -34.3523 18.4893 | 75 | 340 | lunch | book | Seafood on a deck over False Bay; mind the baboons.
`;
